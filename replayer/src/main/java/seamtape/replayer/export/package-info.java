/** Recordings in the formats of other tools, streamed. */
package seamtape.replayer.export;
