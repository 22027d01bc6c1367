// Files in the real window: the sample's cards, a folder dropped, the system's dialog for several files, guesses changed,
// a file changed on the disk, removed; nothing axe objects to.
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chooseInDialog, copyText, dropOnWindow } from "./desktop.ts";
import { command, eachWithTheSampleReady, SAMPLE } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const CUSTOMERS =
  "Export of 12 October 2026\nCustomer No;Name;E-mail\n00217;Laboratorium Hoorn;info@hoorn.example\n00218;Ärzte-Labor Wismar GmbH;rechnung@wismar.example\n";

const desk = eachAtADesk();
const read = eachWithTheSampleReady("read");

/** A window with the sample in it, at Files. */
async function sample(args = ["--sample"]): Promise<Window> {
  const window = await desk.start(args);
  await window.until("the sample", () => document.querySelector("nav") !== null);
  await window.press("Alt", "1");
  await window.until("the cards", () => document.querySelectorAll("[data-card]").length === 3);
  return window;
}

/** A window with an empty migration, at Files. */
async function empty(): Promise<Window> {
  const path = join(desk.home.path, "Brackwater billing history.carryover");
  command(desk.home, ["new", path, "--to", "zenskar"]);
  const window = await desk.start([path]);
  await window.until("where files go", () => document.querySelector(".drop") !== null);
  return window;
}

/** Drops a file of two customers, and says where it lies. */
async function drop(window: Window): Promise<string> {
  const path = join(desk.home.path, "customers.csv");
  writeFileSync(path, CUSTOMERS);
  const dragged = await dropOnWindow([path]);
  await window.sees("Let go to add 1 file");
  await dragged.letGo();
  await window.sees("2 rows");
  return path;
}

/** Chooses another value for a guess of a card, by the mouse. */
async function guess(window: Window, label: string, value: string): Promise<void> {
  await window.click("button", label);
  await window.click("option", value);
}

test("the sample's files say what they are; the one question is answered in its card", async () => {
  const window = await sample();
  await window.sees("Which date order does the column");
  await window.sees("Other sheets of this workbook");
  expect(await window.run(() => document.querySelectorAll("input[type=radio]:checked").length)).toBe(0);
  await window.run(() => document.querySelector<HTMLElement>("input[type=radio]")?.focus());
  await window.press(" ");
  await window.sees("3 files, 1 question");
  await window.click("button", "Use this");
  await window.seesNoMore("Which date order does the column");
  await window.seesNoMore("3 files, 1 question");
  await window.until(
    "the way on",
    () => document.querySelector<HTMLButtonElement>("[data-primary]")?.disabled === false,
  );
});

test("a dropped folder with names in other scripts: tables become cards, the rest is named", async () => {
  const window = await empty();
  const folder = join(desk.home.path, "Exporte März");
  mkdirSync(join(folder, "Verträge"), { recursive: true });
  writeFileSync(join(folder, "Kunden ä.csv"), CUSTOMERS);
  writeFileSync(join(folder, "Kopie.csv"), CUSTOMERS);
  writeFileSync(join(folder, "empty.csv"), "");
  writeFileSync(join(folder, "notes.docx"), "no table");
  copyFileSync(join(SAMPLE, "contracts 2026.xlsx"), join(folder, "Verträge", "Übersicht 契約.xlsx"));
  const drop = await dropOnWindow([folder]);
  await window.sees("Let go to add 4 files");
  await window.sees("notes.docx");
  await drop.letGo();
  await window.sees("“notes.docx” has no table in it. It was not added.");
  await window.sees("“empty.csv” is empty.");
  await window.sees("is already here, byte for byte. It was not added again.");
  await window.sees("Übersicht 契約.xlsx");
  await window.sees("1 line above is not read");
});

test("files are chosen by the system's dialog", async () => {
  const window = await empty();
  const path = join(desk.home.path, "Documents", "customers.csv");
  writeFileSync(path, CUSTOMERS);
  await window.click("button", "Choose files…");
  await chooseInDialog(path);
  await window.sees("customers.csv");
  await window.sees("2 rows");
});

test("a table copied in a spreadsheet is pasted, and kept as a file beside the migration", async () => {
  const window = await empty();
  copyText("Customer No\tName\tE-mail\n00217\tLaboratorium Hoorn\tinfo@hoorn.example\n");
  await window.press("Control", "v");
  await window.sees("1 row");
  await window.sees("Laboratorium Hoorn");
  const kept = readdirSync(desk.home.path).filter((name) => name.includes(", pasted "));
  expect(kept).toHaveLength(1);
});

test("guesses are changed and the first rows follow; Del removes", async () => {
  const window = await empty();
  await drop(window);
  const began = performance.now();
  await guess(window, "Separator: Semicolon", "Comma");
  await window.sees("Separator");
  process.stdout.write(`another guess: ${Math.round(performance.now() - began)} ms with two clicks\n`);
  await guess(window, "Separator: Comma", "Semicolon");
  await guess(window, "Header row: 2", "3");
  await window.sees("2 lines above are not read");
  await window.sees("1 row");
  await window.run(() => document.querySelector<HTMLElement>("[data-card]")?.focus());
  await window.press("Delete");
  await window.sees("Remove “customers.csv”?");
  expect(await window.focused()).toBe("Cancel");
  await window.click("button", "Remove");
  await window.sees("Drop files or folders anywhere on this window");
});

test("a file that changed on the disk is noticed, and read again", async () => {
  const window = await empty();
  const path = await drop(window);
  appendFileSync(path, "00219;Tamar Valley Testing;ap@tamar.example\n");
  await window.run(() => globalThis.dispatchEvent(new Event("focus")));
  await window.sees("Its content has changed.");
  await window.click("button", "Read again");
  await window.sees("3 rows");
  await window.seesNoMore("Its content has changed.");
});

inEveryLook("the sample's cards", desk, async (look) => {
  const window = await sample([read(desk.home)]);
  await look(window, "fieldset", "files");
  await window.run(() => document.querySelector("fieldset")?.scrollIntoView());
  await look(window, "fieldset", "files-question");
});

inEveryLook("without files", desk, async (look) => {
  await look(await empty(), ".drop", "files-empty");
});
