/** The event model: what a recording is made of, and how an event is shown. */
package seamtape.event;
