/**
 * What importers of text logs share, in the order of the pipeline: sources (files, archives),
 * lines, what an fd stands for, calls as events, warnings, report.
 */
package seamtape.recorder.log;
