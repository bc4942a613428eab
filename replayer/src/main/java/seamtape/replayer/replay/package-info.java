/** Replay: the stimuli of a recording fed to a machine again, its outcomes compared. */
package seamtape.replayer.replay;
