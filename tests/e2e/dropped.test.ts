// Three files with names in other scripts, dropped from the file manager, all the way to checked rows.
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dropOnWindow } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";

const SAMPLE = resolve(import.meta.dirname, "../../fixtures/sample");

/** As the sample names them, and as somebody in Athens, Kyiv or Osaka might. */
const FILES = {
  "customers_export_2026-09-30.csv": "Πελάτες & Kunden ä.csv",
  "usage_jan-sep_2026.csv": "Використання січень–вересень.csv",
  "contracts 2026.xlsx": "契約 2026 (最終).xlsx",
};

const desk = eachAtADesk();

test("three files with names in other scripts become cards, fields and checked rows", async () => {
  const paths = Object.entries(FILES).map(([file, name]) => {
    const path = join(desk.home.path, name);
    copyFileSync(join(SAMPLE, file), path);
    return path;
  });
  const window = await desk.start();
  await window.sees("Try it with sample files");
  const drop = await dropOnWindow(paths);
  await window.sees("Let go to add 3 files");
  for (const name of Object.values(FILES)) await window.sees(name);
  await drop.letGo();
  await window.sees("3 files are read into it:");
  await window.type("Μετάβαση Überträge 移行");
  await window.press("Control", "Enter");
  await window.until("the migration", () => document.title.startsWith("Μετάβαση Überträge 移行 (practice)"));
  await window.press("Alt", "1");
  await window.until("three cards", () => document.querySelectorAll("[data-card]").length === 3);
  for (const name of Object.values(FILES)) await window.sees(name);
  for (const rows of ["1,204 rows", "20,000 rows", "986 rows"]) await window.sees(rows);

  await window.press("Alt", "2");
  await window.click("radio", "Day first");
  await window.click("button", "Use “Day first”");
  await window.click("button", "Next question");
  await window.click("button", "Leave the rest");
  await window.click("button", "Check the rows");
  await window.sees("22,044 of 22,190 rows ready");
  await window.click("rule", "Unknown Account No");
  await window.sees("契約 2026 (最終).xlsx, sheet Active");
});
