/** The comparison of two recordings: alignment per actor, then field by field. */
package seamtape.replayer.diff;
