"""The peer of `carryover import` + `check`: DuckDB loads the file into its own database file and stores what is wrong.

usage: duckdb_check.py load-customers DATABASE CUSTOMERS.csv
       duckdb_check.py check DATABASE USAGE.csv
Prints how often each rule is broken, as JSON.
"""

import json
import sys

import duckdb

CHECKS = """
INSERT INTO findings SELECT rowid, 'event time', 'required', NULL FROM usage WHERE "event time" IS NULL;
INSERT INTO findings SELECT rowid, 'acct', 'required', NULL FROM usage WHERE acct IS NULL;
INSERT INTO findings SELECT rowid, 'event time', 'type', "event time" FROM usage
  WHERE "event time" IS NOT NULL AND try_cast("event time" AS TIMESTAMP) IS NULL;
INSERT INTO findings SELECT rowid, 'api calls', 'type', "api calls" FROM usage
  WHERE "api calls" IS NOT NULL AND try_cast("api calls" AS DECIMAL(28, 6)) IS NULL;
INSERT INTO findings SELECT rowid, 'gb stored', 'type', "gb stored" FROM usage
  WHERE "gb stored" IS NOT NULL AND try_cast("gb stored" AS DECIMAL(28, 6)) IS NULL;
INSERT INTO findings SELECT usage.rowid, 'acct', 'reference', acct FROM usage ANTI JOIN customers USING (acct)
  WHERE acct IS NOT NULL;
INSERT INTO findings SELECT rowid, 'event id', 'unique', "event id" FROM usage
  WHERE "event id" IN (SELECT "event id" FROM usage GROUP BY ALL HAVING count(*) > 1);
INSERT INTO findings SELECT rowid, 'event time', 'range', "event time" FROM usage
  WHERE year(try_cast("event time" AS TIMESTAMP)) NOT BETWEEN 1900 AND 2200;
"""


def load(connection, table, path):
    connection.execute(f"CREATE TABLE {table} AS FROM read_csv(?, header = true, all_varchar = true)", [path])


def main(act, database, path):
    connection = duckdb.connect(database)
    # It would be printed among the results.
    connection.execute("SET enable_progress_bar = false")
    if act == "load-customers":
        load(connection, "customers", path)
        return
    load(connection, "usage", path)
    connection.execute('CREATE TABLE findings("row" BIGINT, field VARCHAR, rule VARCHAR, "value" VARCHAR)')
    connection.execute(CHECKS)
    counts = connection.execute("SELECT rule, count(*) FROM findings GROUP BY rule").fetchall()
    connection.close()
    print(json.dumps(dict(counts)))


main(*sys.argv[1:])
