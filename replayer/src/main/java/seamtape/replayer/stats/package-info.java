/** Counts, errors and latencies of a recording. */
package seamtape.replayer.stats;
