/** Storms of calls, recorded and replayed. */
package seamtape.replayer.storm;
