// The sample company's migration, brought by the command line to where a test begins. Made once per file of tests, then copied.
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { carryover } from "./program.ts";
import { makeHome, type Home } from "./window.ts";

export const SAMPLE = resolve(import.meta.dirname, "../../fixtures/sample");
const FILES = ["customers_export_2026-09-30.csv", "usage_jan-sep_2026.csv", "contracts 2026.xlsx"];
const NAME = "Brackwater billing history.carryover";

/** `checked`: matched and checked. `settled`: every error corrected or excluded with a reason. */
export type Stage = "checked" | "settled";

/** The sample's migration at a stage, for the tests of a file; each gets a copy in its own home. */
export function sampleAt(stage: Stage): (home: Home) => string {
  let made: Home;
  beforeAll(() => {
    made = makeHome();
    check(made);
    if (stage === "settled") settle(made);
  });
  afterAll(() => made.remove());
  return (home) => {
    copyFileSync(join(made.path, NAME), join(home.path, NAME));
    return join(home.path, NAME);
  };
}

function check(home: Home): void {
  carryover(home, ["new", NAME, "--to", "zenskar"]);
  for (const file of FILES) carryover(home, ["import", "-m", NAME, join(SAMPLE, file)]);
  carryover(home, ["map", "-m", NAME, "contracts", "--format", "start_date=dd/MM/yyyy"]);
  carryover(home, ["check", "-m", NAME]);
}

function settle(home: Home): void {
  const fix = (...args: string[]): string => carryover(home, ["fix", "-m", NAME, ...args]);
  for (const rule of ["reference", "ambiguous"]) fix("contracts", "--rule", rule, "--suggested");
  fix("usage", "--rule", "unique", "--exclude", "--reason", "Export overlap on 31 May");
  const { rules } = JSON.parse(carryover(home, ["--json", "check", "-m", NAME])) as {
    rules: { dataset: string; rule: string; field: string; severity: string }[];
  };
  for (const { dataset, rule, field } of rules.filter(({ severity }) => severity === "error"))
    fix(dataset, "--rule", rule, "--field", field, "--exclude", "--reason", "Cannot be loaded");
}
