// How fast the window is with a million rows behind it. Nothing is asserted about time: what is measured is written to
// docs/WINDOW_SPEED.md, with its targets.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { age, wheel } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { carryover, million } from "./million.ts";
import { chooseRows, chooseRule, scrollTo, seesRow } from "./rows.ts";
import { fluent, within, write, type Click, type Line } from "./speed_page.ts";
import { frames, took, type Sight } from "./stopwatch.ts";
import type { Window } from "./window.ts";

const LONGEST_PREPARATION_MS = 300_000;
const STARTS = 5;
const JUMPS = 20;
const WHEEL_CLICKS = 200;
const CLICK_MS = 100;

const desk = eachAtADesk();
const lines: Line[] = [];
const clicks: Click[] = [];
let folder: string;
let untouched: string;
let settled: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "carryover-speed-"));
  untouched = million(folder);
  settled = join(folder, "Settled.carryover");
  copyFileSync(untouched, settled);
  for (const rule of ["reference", "type", "required"])
    carryover("fix", "-m", settled, "usage", "--rule", rule, "--exclude", "--reason", "Cannot be loaded");
}, LONGEST_PREPARATION_MS);

afterAll(() => {
  write(lines, clicks, CLICK_MS);
  rmSync(folder, { recursive: true, force: true });
});

const heading = (text: string): Sight => ({ selector: "h1", text });
const row = (number: number): Sight => ({
  selector: ".ag-row [col-id=row]",
  text: number.toLocaleString("en"),
});

/** A migration at Review. */
async function review(migration: string): Promise<Window> {
  const window = await desk.start([migration]);
  await window.until("Review", () => document.querySelector("[data-rule]") !== null);
  return window;
}

/** Clicks with the mouse and keeps how long the answer took. */
async function click(window: Window, what: string, act: () => Promise<void>, sight: Sight): Promise<void> {
  const time = await took(window, act, sight);
  const known = clicks.find((other) => other.what === what);
  if (known) known.took.push(time);
  else clicks.push({ what, took: [time] });
}

test("cold start", async () => {
  const times: number[] = [];
  // The first start makes the folders of a new user.
  for (let start = 0; start <= STARTS; start += 1) {
    const window = await desk.start();
    await window.until("the first button", () => document.querySelector("[data-primary]:enabled") !== null);
    times.push(age());
    await window.stop();
  }
  lines.push(within("cold start to a usable Start screen", times.slice(1), 1000));
});

test("opening a million rows", async () => {
  const times: number[] = [];
  await (await review(untouched)).stop();
  for (let start = 0; start < STARTS; start += 1) {
    const window = await desk.start();
    await window.sees("Recent migrations");
    const open = (): Promise<void> => window.click("button", "Open Million");
    times.push((await took(window, open, { selector: ".ag-row .cell-bad" })).shown);
    await window.stop();
  }
  lines.push(within("opening 1,000,000 rows, from the list to the rows of the first rule", times, 1000));
});

test("jumping, filtering, scrolling", async () => {
  const window = await review(untouched);
  await chooseRows(window, "Unknown acct", "All rows");
  await seesRow(window, 1);
  lines.push(within("jump to any of 1,000,000 rows", await jumps(window, 1_000_000, (at) => at + 1), 300));
  const filters: number[] = [];
  for (const [name, first] of [
    ["event time cannot be read", 14],
    ["api calls cannot be read", 34],
    ["event time is missing", 24],
    ["gb stored cannot be read", 44],
    ["Unknown acct", 4],
  ] as const) {
    filters.push((await took(window, () => chooseRule(window, name), row(first))).shown);
  }
  lines.push(within("filter by rule: 20,000 of 1,000,000 rows", filters, 200));
  const nth = (at: number): number => 4 + at * 50;
  lines.push(within("jump to any of the 20,000 rows of a rule", await jumps(window, 20_000, nth), 300));
  lines.push(fluent("scrolling the rows of a rule by the wheel", await scrolled(window), 30));
  await chooseRows(window, "Unknown acct", "All rows");
  await seesRow(window, 1);
  lines.push(fluent("scrolling all 1,000,000 rows by the wheel", await scrolled(window), 30));
});

/** Jumps here and there; `nth` is the row in the file that stands at a place of the list. */
async function jumps(window: Window, rows: number, nth: (at: number) => number): Promise<number[]> {
  const times: number[] = [];
  for (let jump = 1; jump <= JUMPS; jump += 1) {
    // Spread over the rows without an order: the golden section.
    const part = (jump * 0.618034) % 1;
    const top = Math.floor(part * (rows - 30));
    const act = (): Promise<void> => scrollTo(window, top);
    times.push((await took(window, act, row(nth(top + 5)))).shown);
  }
  return times;
}

function scrolled(window: Window): Promise<number[]> {
  return frames(window, async () => wheel(WHEEL_CLICKS));
}

test("clicks with a million rows behind them", async () => {
  const window = await review(untouched);
  for (const [step, title] of [
    ["Files", "Add the files of the old system"],
    ["Match", "Match columns to fields"],
    ["Tie out", "Do the totals agree?"],
    ["Upload", "Where do the records go?"],
    ["Review", "Review what would be rejected"],
  ] as const)
    await click(window, `rail: ${step}`, () => window.clickOn("nav button", step), heading(title));
});
