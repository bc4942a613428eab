/** File descriptors and user addresses turned into symbols that two runs have in common. */
package seamtape.replayer.symbols;
