/** Drives a machine as a workload says: threads, a seeded scheduler, expectations. */
package seamtape.sim.workload;
