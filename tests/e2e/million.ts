// A migration of a million usage events with a hundred thousand findings, made by the command line as a user would.
//
// Every tenth event is at fault, always the same ones; five faults take turns, one finding each.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";

export const PROGRAM =
  process.env["CARRYOVER_PROGRAM"] ?? resolve(import.meta.dirname, "../../target/debug/carryover");

export const ROWS = 1_000_000;
export const FINDINGS = ROWS / 10;
/** Rows that break one rule. */
export const RULE_ROWS = FINDINGS / 5;
export const NAME = "Million";
const CUSTOMERS = 10_000;
const LINES_AT_ONCE = 10_000;
const HEADER = "acct,event time,api calls,gb stored,region,event id";
const REGIONS = ["eu-west-1", "eu-north-1", "us-east-1", "us-west-2", "ap-south-1", "sa-east-1"];
const MAPPING = [
  "customer_id=acct",
  "timestamp=event time",
  "data.quantity=api calls",
  "data.gb_stored=gb stored",
  "data.region=region",
  "data.event_id=event id",
];
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_BEGAN = Date.UTC(2026, 0, 1);

/** Makes the migration in `folder` and says where it is. */
export function million(folder: string): string {
  const [customers, usage] = [join(folder, "customers.csv"), join(folder, "usage.csv")];
  const migration = join(folder, `${NAME}.carryover`);
  write(customers, "acct,company,email", CUSTOMERS, customer);
  write(usage, HEADER, ROWS, event);
  carryover("new", migration, "--to", "zenskar");
  const on = ["-m", migration];
  carryover("import", ...on, customers, "--as", "customers");
  carryover("import", ...on, usage, "--as", "usage");
  carryover("map", ...on, "usage", ...MAPPING.flatMap((field) => ["--set", field]));
  carryover("check", ...on);
  return migration;
}

/** Runs the command line; 1 says that rows have errors, and here some have. */
export function carryover(...args: string[]): void {
  const { status, stderr, error } = spawnSync(PROGRAM, args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0 && status !== 1) throw new Error(`carryover ${args.join(" ")}: ${stderr}`);
}

function write(path: string, header: string, rows: number, line: (row: number) => string): void {
  const file = openSync(path, "w");
  writeSync(file, `${header}\n`);
  for (let first = 0; first < rows; first += LINES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(LINES_AT_ONCE, rows - first) }, (_, at) => line(first + at));
    writeSync(file, `${lines.join("\n")}\n`);
  }
  closeSync(file);
}

function customer(row: number): string {
  const account = accountOf(row);
  return `${account},Laboratorium ${row},accounts@${account.toLowerCase()}.example`;
}

/** Accounts take turns in an order that jumps, as in a file sorted by time. */
function event(row: number): string {
  const at = new Date(YEAR_BEGAN + (row % 273) * DAY_MS + row).toISOString().replace(/\.\d+Z$/, "Z");
  const cells = [
    accountOf((row * 7919) % CUSTOMERS),
    at,
    String((row * 31) % 5000),
    `${row % 900}.${String(row % 1000).padStart(3, "0")}`,
    REGIONS[row % REGIONS.length] ?? "",
    `ev-${String(row).padStart(10, "0")}`,
  ];
  if (row % 10 === 3) spoil(cells, Math.floor(row / 10) % 5);
  return cells.join(",");
}

function spoil(cells: string[], fault: number): void {
  const faults: [number, string][] = [
    [0, accountOf(CUSTOMERS + 7)],
    [1, "2026-02-30T10:00:00Z"],
    [1, ""],
    [2, "n/a"],
    [3, "1O.5"],
  ];
  const [at, text] = faults[fault] ?? [0, ""];
  cells[at] = text;
}

function accountOf(row: number): string {
  return `C${String(row + 1).padStart(7, "0")}`;
}
