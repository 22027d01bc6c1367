// Tie out in the real window: figures typed and pasted as a block, a difference taken apart down to its rows, excluded,
// explained or left open; closed; charts with their figures as tables.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, eachWithTheSampleReady, SAMPLE } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { chooseInDialog, copyText } from "./desktop.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const sample = eachWithTheSampleReady("checked");
const OLD_FIGURES = "old_system_totals.csv";
/** May, June and July of the old system, in EUR, GBP and USD. */
const BLOCK =
  "412906.18\t198776.12\t102203.98\n420118.95\t201650.48\t104516.20\n398740.27\t194027.33\t102880.45\n";

/** Tie out of the checked sample, with or without the old system's figures, and with the copies left out. */
async function tieOut(figures: boolean, settled = false): Promise<Window> {
  const file = sample(desk.home);
  copyFileSync(join(SAMPLE, OLD_FIGURES), join(desk.home.path, OLD_FIGURES));
  if (figures) command(desk.home, ["totals", "-m", file, "--expect", OLD_FIGURES]);
  const copies = ["usage", "--rule", "unique", "--exclude", "--reason", "Export overlap on 31 May"];
  if (settled) command(desk.home, ["fix", "-m", file, ...copies]);
  const window = await desk.start([file]);
  await window.until("the migration", () => document.querySelector("nav") !== null);
  await window.press("Alt", "4");
  return window;
}

/** The comparison, with the difference of May taken apart. */
async function compared(): Promise<Window> {
  const window = await tieOut(true);
  await window.sees("4,318.60 too much");
  await window.until("its parts", () => document.querySelector("aside .sum") !== null);
  return window;
}

const value = (window: Window, name: string): Promise<string> =>
  window.run(
    (name: string) => document.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`)?.value ?? "",
    name,
  );

const isEnabled = (window: Window): Promise<boolean> =>
  window.run(() => document.querySelector<HTMLButtonElement>("footer [data-primary]")?.disabled === false);

test("figures are typed, moved through as in a spreadsheet, and checked against the printed total", async () => {
  const window = await tieOut(false);
  await window.click("textbox", "Jan 2026 EUR");
  await window.type("378214.35");
  await window.press("Enter");
  expect(await window.focused()).toBe("Feb 2026 EUR");
  await window.type("361902.8");
  await window.press("ArrowRight");
  expect(await window.focused()).toBe("Feb 2026 GBP");
  await window.type("twelve");
  await window.sees("1 entry is not a figure");
  expect(await isEnabled(window)).toBe(false);
  await window.press("Control", "a");
  await window.type("177552.64");
  await window.press("Tab");
  expect(await value(window, "Feb 2026 EUR")).toBe("361,902.80");
  expect(await isEnabled(window)).toBe(true);
});

test("a block pasted from a spreadsheet fills the cells from where it is pasted", async () => {
  const window = await tieOut(false);
  await window.click("textbox", "May 2026 EUR");
  copyText(BLOCK);
  await window.press("Control", "v");
  await window.until(
    "the last cell of the block",
    () => document.querySelector<HTMLInputElement>("input[aria-label='Jul 2026 USD']")?.value !== "",
  );
  expect(await value(window, "Jun 2026 GBP")).toBe("201650.48");
  expect(await value(window, "Apr 2026 EUR")).toBe("");
  await window.press("Control", "Enter");
  await window.sees("4,318.60 too much");
});

test("figures are read from a file of the system's dialog, and the report is attached", async () => {
  const window = await tieOut(false);
  const report = join(desk.home.path, "Documents", "Umsätze Q1–Q3.pdf");
  writeFileSync(report, "not read, only known by its SHA-256");
  await window.click("button", "Attach the report…");
  await chooseInDialog(report);
  await window.sees("Umsätze Q1–Q3.pdf");
  await window.sees("Fingerprint ");
  await window.click("button", "Read from a file…");
  await chooseInDialog(join(desk.home.path, OLD_FIGURES));
  await window.sees("33 figures were taken from the file.");
  await window.sees("4,318.60 too much");
});

test("a difference ends in rows; excluding the copies with a reason closes the totals", async () => {
  const window = await compared();
  expect(await isEnabled(window)).toBe(false);
  await window.clickOn("aside .link", "00217");
  await window.until("its rows", () => document.querySelectorAll("[role=dialog] tbody tr").length > 10);
  await window.sees("Repeated rows · 00217 · Aalborg Vandlab ApS · May 2026, EUR");
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.click("button", "Exclude the 212 copies…");
  await window.sees("Exclude the 212 repeated rows?");
  await window.press("Control", "Enter");
  await window.sees("Write a reason. An auditor will read it in a year.");
  await window.type("Export overlap on 31 May");
  await window.press("Control", "Enter");
  await window.sees("The totals agree");
  await window.sees("33 of 33 totals closed");
  await window.sees("May 2026, EUR: 212 rows excluded");
  await window.sees("“Export overlap on 31 May”");
  // What is sent is what was read, less what is explained.
  await window.until("the sum after edits", () =>
    [...document.querySelectorAll("aside dd")].some((sum) => sum.textContent === "3,586,496.90"),
  );
  expect(await isEnabled(window)).toBe(true);
  await window.click("button", "Show the 212 rows");
  await window.until("its rows", () => document.querySelectorAll("[role=dialog] tbody tr").length > 10);
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.click("button", "Undo");
  await window.sees("4,318.60 too much");
});

test("a difference is explained in words, in part, and taken back", async () => {
  const window = await compared();
  await window.click("button", "Explain in another way…");
  await window.click("textbox", "How much of it");
  await window.press("Control", "a");
  await window.type("4000");
  await window.click("textbox", "Reason");
  await window.type("Credit notes of June");
  await window.click("button", "Explain");
  await window.seesNoMore("4,318.60 too much");
  await window.sees("318.60 too much");
  await window.sees("Credit notes of June");
  await window.click("button", "Take back");
  await window.seesNoMore("Credit notes of June");
  await window.sees("4,318.60 too much");
});

test("going on with an open difference asks why, and the report says so", async () => {
  const window = await compared();
  await window.click("button", "Go on with an open difference…");
  await window.sees("The difference stays on the report together with your reason.");
  await window.click("textbox", "Reason");
  await window.type("To be clarified with the old provider");
  await window.press("Control", "Enter");
  await window.sees("Where do the records go?");
  await window.press("Alt", "6");
  await window.sees("Control totals were left open");
  await window.sees("To be clarified with the old provider");
});

test("every chart has its figures as a table", async () => {
  const window = await compared();
  const charts = await window.run(() =>
    [...document.querySelectorAll("[role=img] svg")].map((chart) => chart.querySelectorAll("rect").length),
  );
  expect(charts).toEqual([9, 9, 9]);
  expect(await window.run(() => document.querySelectorAll("main table tbody tr").length)).toBeGreaterThan(9);
  await window.run(() => [...document.querySelectorAll<HTMLElement>("[role=tab]")].at(-1)?.click());
  await window.until("the rules", () => document.querySelectorAll("[role=img] rect").length > 5);
  await window.sees("Unknown Customer number");
  expect(await window.run(() => document.querySelectorAll("main table tbody tr").length)).toBeGreaterThan(20);
});

inEveryLook("figures to type", desk, async (look) => {
  await look(await tieOut(false), "input[data-row]", "tieout-expected");
});

inEveryLook("a difference, its rows, its reason, findings", desk, async (look) => {
  const window = await tieOut(true);
  await look(window, "aside .sum", "tieout");
  await window.run(() => document.querySelector<HTMLElement>("aside .link")?.click());
  await look(window, "[role=dialog] tbody td");
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.run(() => [...document.querySelectorAll<HTMLElement>("aside .stack button")].at(-2)?.click());
  await look(window, "[role=dialog] textarea");
  await window.press("Escape");
  await window.run(() => [...document.querySelectorAll<HTMLElement>("[role=tab]")].at(-1)?.click());
  await look(window, "[role=img] rect");
});

inEveryLook("closed", desk, async (look) => {
  await look(await tieOut(true, true), "h1 .closed", "tieout-closed");
});
