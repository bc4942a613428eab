/**
 * How registers of module calls and hypercalls travel through the structs of a kernel: the layouts
 * of each kernel line, and which registers each way of calling loads and stores.
 */
package seamtape.sim.marshal;
