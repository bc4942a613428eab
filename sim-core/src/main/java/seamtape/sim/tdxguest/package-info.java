/**
 * A kernel that is itself the kernel of a TD: its hypercalls and module calls, the VMM they reach,
 * and what it offers its processes beyond an ordinary kernel.
 */
package seamtape.sim.tdxguest;
