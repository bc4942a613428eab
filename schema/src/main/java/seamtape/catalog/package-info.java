/**
 * The catalog: every call of the simulated stack as one row of data. Dispatch, the Avro schema, the
 * text of a trace, the workload syntax and the documents are derived from these rows.
 */
package seamtape.catalog;
