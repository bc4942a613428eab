/** Reading a recording call by call: windows of calls, details of one, filters, summaries. */
package seamtape.replayer.query;
