/** Runs the cases of a real kernel's answers against a machine. */
package seamtape.replayer.oracle;
