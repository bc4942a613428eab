/** Coverage-guided fuzzing of all that reads bytes which anybody may have written. */
package seamtape.replayer.fuzz;
