package seamtape.replayer.state;

import seamtape.catalog.KvmIoctl;

/**
 * What the events tell of one MSR.
 *
 * @param event the enter event of the call that told it, or that made it unknown
 * @param value of no meaning while unknown
 */
record KnownMsr(long event, KvmIoctl by, boolean known, long value) {}
