"""Prints the datums of an Avro container file, a line each, as Apache's Python reads them.

A line is the record's full name and its fields in order; a record of a union is told with its
name, which this reader would drop.
"""

import sys

from avro.datafile import DataFileReader
from avro.io import DatumReader


class Named(dict):
    """A record's fields, with its name."""


class NamingReader(DatumReader):
    def read_union(self, writers_schema, readers_schema, decoder):
        branch = writers_schema.schemas[int(decoder.read_long())]
        return self.read_data(branch, branch, decoder)

    def read_record(self, writers_schema, readers_schema, decoder):
        fields = Named(super().read_record(writers_schema, readers_schema, decoder))
        fields.name = writers_schema.fullname
        return fields


def text(value):
    if isinstance(value, Named):
        fields = ",".join(f"{name}={text(part)}" for name, part in value.items())
        return f"{value.name}({fields})"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    if isinstance(value, bytes):
        return value.hex()
    return "null" if value is None else str(value)


with open(sys.argv[1], "rb") as file:
    for datum in DataFileReader(file, NamingReader()):
        print(text(datum))
