/** Events as Avro data: the schema derived from the catalog, encoder and decoder side by side. */
package seamtape.codec;
