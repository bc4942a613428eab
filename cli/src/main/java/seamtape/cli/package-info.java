/** The seamtape command: one thin class a verb. The composition root; nothing imports it. */
package seamtape.cli;
