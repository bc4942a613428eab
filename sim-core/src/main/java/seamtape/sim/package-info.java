/** The simulator: machines, as the rest of Seamtape drives them. */
package seamtape.sim;
