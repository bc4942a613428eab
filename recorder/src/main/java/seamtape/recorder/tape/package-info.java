/**
 * Recordings on disk: writer, reader and verification of the {@code .tape} format side by side.
 * Blocks of Avro events lie in a Chronicle queue; reading goes over the queue's bytes with our own
 * scanner and waits on nobody.
 */
package seamtape.recorder.tape;
