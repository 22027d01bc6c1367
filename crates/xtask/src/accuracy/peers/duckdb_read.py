"""The peer of `carryover inspect`: DuckDB sniffs each file and, with `cells`, reads it, both with nothing told.

usage: duckdb_read.py [cells] < LIST
LIST has a path a line. Prints a line of JSON for each: what it found, or the error.
"""

import json
import sys

import duckdb

connection = duckdb.connect()


def read(path, cells):
    sniffed = connection.execute(
        "SELECT Delimiter, Quote, HasHeader, SkipRows FROM sniff_csv(?)", [path]
    ).fetchone()
    delimiter, quote, header, skipped = sniffed
    found = {
        "delimiter": delimiter,
        "quote": None if quote == "(empty)" else quote,
        "encoding": "utf-8",
        "header_row": skipped + 1 if header else 0,
    }
    if cells:
        table = connection.execute("SELECT * FROM read_csv(?, all_varchar = true)", [path])
        names = [column[0] for column in table.description]
        found["header"] = names if header else []
        found["rows"] = [["" if cell is None else cell for cell in row] for row in table.fetchall()]
    return found


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        answer = read(path, "cells" in sys.argv[1:])
    except Exception as error:
        answer = {"error": str(error)[:200]}
    print(json.dumps(answer), flush=True)
