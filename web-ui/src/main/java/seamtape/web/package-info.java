/** The trace browser: an HTTP API over recordings and the pages that use it. */
package seamtape.web;
