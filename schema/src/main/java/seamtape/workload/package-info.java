/**
 * The model of a workload: what a VMM does, step by step, in the catalog's names. Read from YAML by
 * the recorder, driven by the runner of sim-core.
 */
package seamtape.workload;
