/**
 * What differs between simulated kernels and CPUs, as data: capability values, CPUID, MSR lists and
 * the named switches of a kernel line.
 */
package seamtape.sim.profile;
