/** The shape of a recording: tracks over time, latencies, and which calls spend time in which. */
package seamtape.replayer.shape;
