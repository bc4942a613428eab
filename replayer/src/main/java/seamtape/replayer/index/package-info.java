/** What a pass over a recording told, kept beside it. */
package seamtape.replayer.index;
