/** Firmware images for TDs: the sections that a VMM loads and the module measures. */
package seamtape.workload.tdvf;
