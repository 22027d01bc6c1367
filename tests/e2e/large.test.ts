// A million rows with a hundred thousand findings in the real window: opened, scrolled to the end, a row in the middle, one
// rule's rows, the next finding. How long each takes is measured elsewhere: speed.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eachAtADesk } from "./desk.ts";
import { FINDINGS, NAME, ROWS, RULE_ROWS, million } from "./million.ts";
import { cell, chooseRows, chooseRule, scrollTo, seesFocusIn, seesRow } from "./rows.ts";
import type { Window } from "./window.ts";

const LONGEST_PREPARATION_MS = 300_000;

const desk = eachAtADesk();
let folder: string;
let migration: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "carryover-million-"));
  migration = million(folder);
}, LONGEST_PREPARATION_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The migration, opened from the list, at Review. */
async function review(): Promise<Window> {
  const window = await desk.start([migration]);
  await window.until("Review", () => document.querySelector(".ag-row .cell-bad") !== null);
  return window;
}

test("it opens at Review, with every finding counted", async () => {
  const window = await review();
  await window.until("its name", (name: string) => document.title.startsWith(name), NAME);
  await window.sees(`${FINDINGS.toLocaleString("en")} errors`);
  await window.sees(`${RULE_ROWS.toLocaleString("en")} of ${ROWS.toLocaleString("en")} rows`);
});

test("the last row and one in the middle are shown as they stand in the file", async () => {
  const window = await review();
  await chooseRows(window, "Unknown acct", "All rows");
  await window.sees(`${ROWS.toLocaleString("en")} of ${ROWS.toLocaleString("en")} rows`);
  await seesRow(window, 1);
  await window.click("cell", "ev-0000000000");
  await window.press("Control", "ArrowDown");
  await seesRow(window, ROWS);
  expect(await cell(window, ROWS, "data.event_id")).toBe("ev-0000999999");
  await scrollTo(window, ROWS / 2 - 1);
  await seesRow(window, ROWS / 2);
  expect(await cell(window, ROWS / 2, "data.event_id")).toBe("ev-0000499999");
});

test("one rule shows its rows to the last, and the next finding is the next of them", async () => {
  const window = await review();
  await chooseRule(window, "api calls cannot be read");
  await seesRow(window, 34);
  expect(await cell(window, 34, "data.quantity")).toBe("n/a");
  await window.press("F8");
  await seesFocusIn(window, 84);
  await scrollTo(window, RULE_ROWS);
  await seesRow(window, ROWS - 16);
});
