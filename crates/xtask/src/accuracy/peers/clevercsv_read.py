"""The peer of `carryover inspect`: CleverCSV detects the dialect of each file and, with `cells`, reads it.

usage: clevercsv_read.py [cells] < LIST
LIST has a path a line. Prints a line of JSON for each: what it found, or the error.
"""

import json
import signal
import sys

import clevercsv
from clevercsv.encoding import get_encoding

# As its own command line does where it is not told otherwise, so that a large file takes no minutes.
CHARACTERS = 10_000


def read(path, cells):
    encoding = get_encoding(path)
    with open(path, newline="", encoding=encoding) as file:
        text = file.read() if cells else file.read(CHARACTERS)
    dialect = clevercsv.Sniffer().sniff(text[:CHARACTERS])
    try:
        header = clevercsv.Sniffer().has_header(text[:CHARACTERS])
    except Exception:  # It has no opinion on some files; then the first row is data.
        header = False
    found = {
        "delimiter": dialect.delimiter,
        "quote": dialect.quotechar,
        # What is ASCII is UTF-8 too, which is how the others call it.
        "encoding": "utf-8" if encoding == "ascii" else encoding,
        "header_row": 1 if header else 0,
    }
    if cells:
        rows = list(clevercsv.reader(text.splitlines(keepends=True), dialect))
        found["header"], found["rows"] = (rows[0], rows[1:]) if header and rows else ([], rows)
    return found


def give_up(number, frame):
    raise TimeoutError("took longer than 10 s")


signal.signal(signal.SIGALRM, give_up)
for line in sys.stdin:
    path = line.rstrip("\n")
    signal.alarm(10)
    try:
        answer = read(path, "cells" in sys.argv[1:])
    except Exception as error:
        answer = {"error": str(error)[:200]}
    print(json.dumps(answer), flush=True)
