/** Why a simulated kernel may answer otherwise than a recorded one without either being wrong. */
package seamtape.replayer.explain;
