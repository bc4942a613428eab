/** Workload files: YAML in, {@link seamtape.workload.Workload} out, errors with their position. */
package seamtape.recorder.workload;
