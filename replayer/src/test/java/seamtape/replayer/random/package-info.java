/** Random call sequences, valid and not: what must hold for every one of them. */
package seamtape.replayer.random;
