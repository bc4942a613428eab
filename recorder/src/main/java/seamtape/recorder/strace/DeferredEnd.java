package seamtape.recorder.strace;

/** A result that waits until the calls of other files that began before it are recorded. */
record DeferredEnd(StraceFile file, OpenCall call, byte[] text, int resultFrom, long when) {}
