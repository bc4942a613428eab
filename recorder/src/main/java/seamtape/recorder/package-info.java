/** What is recorded, and how: the machine that tells its calls as events. */
package seamtape.recorder;
