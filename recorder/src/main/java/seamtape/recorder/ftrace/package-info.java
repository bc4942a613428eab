/**
 * Import of the kernel's own trace: the text of kvm tracepoints becomes runs of vCPUs with their
 * exits, alone or as the missing values of a log of strace.
 */
package seamtape.recorder.ftrace;
