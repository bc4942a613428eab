/**
 * The machine's state after any event: folded from what the events carry, and read from the machine
 * itself when the recording is executed again.
 */
package seamtape.replayer.state;
