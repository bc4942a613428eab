/**
 * The machine's interface, JDK types only: what two builds of the simulator and the real kernel
 * have in common, so that they can stand side by side in one process.
 */
package seamtape.machine;
