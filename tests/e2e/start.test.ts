// Start in the real window: ready soon, a new migration by keyboard alone, a recent one opened again, nothing axe objects to.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chooseInDialog, dropOnWindow, saveInDialog } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import { keep, type Home } from "./window.ts";

const desk = eachAtADesk();

test("the first start explains what a migration is", async () => {
  const window = await desk.start();
  await window.sees("Carry your billing history over, and prove it arrived.");
  process.stdout.write(`cold start to a usable Start screen: ${Math.round(window.startedIn)} ms\n`);
  await window.click("button", "Help");
  await window.click("menuitem", "About Carryover");
  await window.sees("Version 0.1.0");
});

test("a new migration is made by keyboard alone and opened again from the list", async () => {
  const first = await desk.start();
  await first.sees("New migration");
  await first.press("Control", "n");
  await first.sees("What you will look for in a year.");
  expect(await first.focused()).toBe("Name");
  await first.press("Control", "Enter");
  await first.sees("Write a name.");
  await first.type("Brackwater billing history");
  await first.until("the suggested place", () =>
    [...document.querySelectorAll("input")].some((input) =>
      input.value.endsWith("Brackwater billing history.carryover"),
    ),
  );
  await first.press("Control", "Enter");
  await first.sees("Nothing here reaches a real customer");
  expect(await first.run(() => document.title)).toBe("Brackwater billing history (practice) – Carryover");
  await first.stop();

  const second = await desk.start();
  await second.sees("Recent migrations");
  await second.press("/");
  await second.type("brackwater");
  await second.press("ArrowDown");
  await second.press("Enter");
  await second.sees("Nothing here reaches a real customer");
  await second.press("Alt", "ArrowLeft");
  await second.sees("Recent migrations");
});

test("the sample is read and stands in the list", async () => {
  const window = await desk.start(["--sample"]);
  await window.sees("Sample migration");
  await window.sees("3 files");
  // It opens where something is to be decided: at Match, two steps from the start.
  await window.press("Alt", "ArrowLeft");
  await window.sees("Add the files of the old system");
  await window.press("Alt", "ArrowLeft");
  await window.sees("sample.carryover");
});

test("a migration given at the start is opened; one that is gone is explained", async () => {
  const window = await desk.start([join(desk.home.path, "gone.carryover")]);
  await window.sees("What to do:");
  await window.press("Escape");
  await window.seesNoMore("What to do:");
});

test("the system's own dialogs say where a migration is kept, and open it again", async () => {
  const window = await desk.start();
  await window.click("button", "New migration");
  await window.type("Überträge 2026");
  await window.click("button", "Change…");
  const path = join(desk.home.path, "Documents", "überträge 2026.carryover");
  await saveInDialog(path);
  await window.until("the chosen place", () =>
    [...document.querySelectorAll("input")].some((input) => input.title.endsWith("überträge 2026.carryover")),
  );
  await window.click("button", "Create");
  await window.sees("Nothing here reaches a real customer");
  expect(existsSync(path)).toBe(true);
  await window.press("Control", "o");
  await chooseInDialog(path);
  await window.until("the migration", () => document.title.startsWith("Überträge 2026 (practice)"));
});

test("files dropped from the file manager start a new migration with them", async () => {
  const window = await desk.start();
  await window.sees("Try it with sample files");
  const folder = join(desk.home.path, "Ablage März");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "Kunden ä.csv"),
    "Customer No;Name;E-mail\n00217;Laboratorium Hoorn;info@hoorn.example\n",
  );
  writeFileSync(join(folder, "notes.docx"), "no table");
  const drop = await dropOnWindow([folder]);
  await window.sees("Let go to add 1 file");
  await window.sees("is not added");
  await drop.letGo();
  await window.sees("1 file is read into it:");
  await window.type("Dropped");
  await window.press("Control", "Enter");
  await window.until("the migration", () => document.title.startsWith("Dropped (practice)"));
  await window.sees("1 file");
});

inEveryLook("recent migrations, a new one, the shortcuts", desk, async (look) => {
  recall(desk.home);
  const window = await desk.start();
  await window.sees("Fenwick Labs (acquired)");
  await look(window, "tbody tr", "start");
  await window.press("Control", "n");
  await look(window, "[role=dialog]", "start-new");
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.press("?");
  await look(window, "[role=dialog]");
});

inEveryLook("the first start", desk, async (look) => {
  await look(await desk.start(), "h1", "start-first");
});

/** Lets the list hold the migrations of the sample's story. Only Fenwick's file is gone. */
function recall(home: Home): void {
  const standing = {
    files: 3,
    datasets: 3,
    rows: 420_552,
    unmatched: 0,
    questions: 0,
    checked: true,
    errors: 0,
    warnings: 0,
  };
  const closed = {
    ...standing,
    expected: 9,
    open_totals: 0,
    upload: { finished: true, settled: 420_289, of: 420_295 },
    closed: true,
  };
  const reviewed = {
    ...standing,
    errors: 146,
    warnings: 231,
    expected: 0,
    open_totals: 0,
    upload: null,
    closed: false,
  };
  const paused = {
    ...closed,
    upload: { finished: false, settled: 61_220, of: 100_360 },
    closed: false,
  };
  const folder = join(desk.home.path, "Documents/Carryover");
  const migration = (
    name: string,
    file: string,
    environment: string,
    standing: object,
    opened_at: string,
  ) => {
    const path = join(folder, `${file}.carryover`);
    return {
      id: file,
      path,
      name,
      destination: "zenskar",
      environment,
      standing,
      opened_at,
      opened_by: "Maren Okafor",
    };
  };
  const migrations = [
    migration("Brackwater billing history", "brackwater", "practice", reviewed, "2026-10-12T12:02:00Z"),
    migration("Brackwater US Inc.", "brackwater-us", "live", closed, "2026-10-02T09:12:00Z"),
    migration("Brackwater service contacts", "contacts", "live", paused, "2026-09-30T14:27:00Z"),
    {
      ...migration("Fenwick Labs (acquired)", "fenwick", "practice", reviewed, "2026-09-18T08:00:00Z"),
      opened_by: "Jonas Adeyemi",
    },
    migration("Sample migration", "sample", "practice", closed, "2026-09-03T10:00:00Z"),
  ];
  mkdirSync(folder, { recursive: true });
  for (const { id, path } of migrations) if (id !== "fenwick") writeFileSync(path, "");
  keep(home, "recent.json", JSON.parse(JSON.stringify({ version: 1, migrations })));
}
