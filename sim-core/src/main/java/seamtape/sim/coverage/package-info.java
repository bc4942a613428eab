/** What each profile's machine really does with each call, found out by asking it. */
package seamtape.sim.coverage;
