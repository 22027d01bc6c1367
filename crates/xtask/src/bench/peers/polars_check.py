"""The peer of `carryover check` alone: Polars reads the files and finds what is wrong, in memory, and stores nothing.

usage: polars_check.py CUSTOMERS.csv USAGE.csv
Prints how often each rule is broken, as JSON.
"""

import json
import sys

import polars as pl


def finding(usage, wrong, field, rule):
    rows = usage.filter(wrong)
    return rows.select("row", pl.lit(field).alias("field"), pl.lit(rule).alias("rule"), pl.col(field).alias("value"))


def main(customers, usage):
    accounts = pl.read_csv(customers, columns=["acct"], infer_schema=False)["acct"]
    usage = pl.read_csv(usage, infer_schema=False, row_index_name="row")
    time = pl.col("event time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False)

    def no_number(field):
        return pl.col(field).is_not_null() & pl.col(field).cast(pl.Decimal(28, 6), strict=False).is_null()

    findings = pl.concat(
        [
            finding(usage, pl.col("event time").is_null(), "event time", "required"),
            finding(usage, pl.col("acct").is_null(), "acct", "required"),
            finding(usage, pl.col("event time").is_not_null() & time.is_null(), "event time", "type"),
            finding(usage, no_number("api calls"), "api calls", "type"),
            finding(usage, no_number("gb stored"), "gb stored", "type"),
            finding(usage, pl.col("acct").is_not_null() & ~pl.col("acct").is_in(accounts.implode()), "acct", "reference"),
            finding(usage, pl.col("event id").is_duplicated(), "event id", "unique"),
            finding(usage, ~time.dt.year().is_between(1900, 2200), "event time", "range"),
        ]
    )
    print(json.dumps(dict(findings.group_by("rule").len().iter_rows())))


main(*sys.argv[1:])
