/** JSON for manifests, documents and the web: a bounded parser and a writer; JDK only. */
package seamtape.json;
