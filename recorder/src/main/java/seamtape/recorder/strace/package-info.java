/**
 * Imports logs of strace, in the order of the pipeline: a line's prefix and kind, the text of a
 * call's arguments and result, values and structs, calls as events, files in the order of time.
 */
package seamtape.recorder.strace;
