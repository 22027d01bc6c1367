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
const ROUNDS = 3;
const WHEEL_CLICKS = 200;
const CLICK_MS = 100;

const TITLES = {
  files: "Add the files of the old system",
  match: "Match columns to fields",
  review: "Review what would be rejected",
  tieOut: "Do the totals agree?",
  upload: "Where do the records go?",
  report: "What became of every row",
};

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
  rmSync(folder, { recursive: true, force: true });
});

const heading = (text: string): Sight => ({ selector: "h1", text });
const said = (text: string): Sight => ({ selector: ".toasts *", text });
const row = (number: number): Sight => ({
  selector: ".ag-row [col-id=row]",
  text: number.toLocaleString("en"),
});

/** A migration at Review. */
async function review(migration: string): Promise<Window> {
  const window = await desk.start([migration]);
  await window.until("the rows of a rule", () => document.querySelector(".ag-row .cell-bad") !== null);
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

test("clicks from the start to the rows", async () => {
  const start = await desk.start();
  const dialog = { selector: "[role=dialog]" };
  for (let round = 0; round < ROUNDS; round += 1) {
    await click(start, "Start: New migration", () => start.click("button", "New migration"), dialog);
    await start.press("Escape");
    await start.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  }
  const sample = (): Promise<void> => start.click("button", "Try it with sample files");
  await click(start, "Start: Try it with sample files", sample, { selector: "nav" });
  await start.stop();

  const window = await review(untouched);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [step, title] of [
      ["Files", TITLES.files],
      ["Match", TITLES.match],
      ["Tie out", TITLES.tieOut],
      ["Upload", TITLES.upload],
      ["Report", TITLES.report],
      ["Review", TITLES.review],
    ] as const) {
      await click(window, `the rail: ${step}`, () => window.clickOn("nav button", step), heading(title));
      if (step === "Review")
        await window.until("the rows", () => document.querySelector(".cell-bad") !== null);
    }
  await window.clickOn("nav button", "Files");
  await primary(window, "Files: Match the columns", heading(TITLES.match));
  await primary(window, "Match: Check the rows", heading(TITLES.review));
});

test("clicks on a rule that 20,000 rows break", async () => {
  const window = await review(untouched);
  await seesRow(window, 4);
  const place = (line: number): Sight => ({ selector: "aside p", text: `usage.csv, line ${line}` });
  const next = (): Promise<void> => window.clickOn("footer button", "Next finding");
  for (const line of [55, 105, 155]) await click(window, "Review: Next finding", next, place(line));
  const exclude = (): Promise<void> => window.clickOn("aside button", "Exclude…");
  await click(window, "Review: Exclude…", exclude, { selector: "[role=dialog]" });
  await window.click("radio", "All 20,000 with this finding");
  await window.click("textbox", "Reason");
  await window.type("Cannot be loaded");
  await primary(window, "Review: Exclude 20,000 rows", said("20,000 rows were excluded."));
  const undo = (): Promise<void> => window.clickOn("header button[aria-label^='Undo: ']");
  await click(window, "Undo of that", undo, { selector: "header button[aria-label^='Redo: ']:enabled" });
});

test("clicks from the settled rows to the upload", async () => {
  const window = await desk.start([settled]);
  await window.until("a migration", () => document.querySelector("nav") !== null);
  await window.clickOn("nav button", "Review");
  await window.sees("Nothing left to settle");
  await primary(window, "Review: Compare the totals", heading(TITLES.tieOut));
  const goOn = (): Promise<void> => window.clickOn("button", "Go on without expected figures…");
  await click(window, "Tie out: Go on without expected figures…", goOn, { selector: "[role=dialog]" });
  await window.press("Escape");
  await window.clickOn("nav button", "Upload");
  await window.click("radio", "Practice Zenskar");
  await primary(window, "Upload: Make the plan for 910,000 rows", heading("What the upload will do"));
  await primary(window, "Upload: Send the first three", heading("Three records are in. Look at them."));
  await primary(window, "Upload: Upload the rest", heading("Uploading to Practice Zenskar"));
  await primary(window, "Upload: Pause", { selector: "[data-primary]", text: "Resume" });
});

test("all of it is written down", () => {
  expect(lines).toHaveLength(7);
  write(lines, clicks, CLICK_MS);
});

/** Clicks the primary button of the dialog, or else of the screen, once it can be clicked. */
async function primary(window: Window, what: string, sight: Sight): Promise<void> {
  const button = (await window.run(() => document.querySelector("[role=dialog]") !== null))
    ? "[role=dialog] [data-primary]:enabled"
    : "[data-primary]:enabled";
  await click(window, what, () => window.clickOn(button), sight);
}
