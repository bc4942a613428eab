/**
 * The TDX module and the physical state it owns: what a host reaches by SEAMCALL.
 *
 * <p>{@link seamtape.sim.tdx.TdxModule} is the entry; a class of leaves stands for each topic. A
 * leaf checks in the module's own order, then changes state; a change cannot fail.
 */
package seamtape.sim.tdx;
