// Files of one dataset with different columns, in the real window: each kind is matched by itself, what lacks a field first.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const FILES = {
  "contracts.csv":
    "Contract,Account,Start,Product,Price,Cur,Billing\nC-1,K-100,2026-01-01,Insight Pro,49.00,EUR,monthly\nC-2,K-200,2026-02-01,Insight Team,125.00,EUR,monthly\n",
  "contracts (1).csv":
    "Contract,Account,Start,Product,Price,Cur,Billing\nC-3,K-300,2026-03-01,Insight Plus,90.00,EUR,monthly\n",
  "contracts of the old system.csv":
    "Vertrag,Kunde,Beginn,Produkt,Preis,Turnus\nV-1,K-100,2025-01-01,Labor,12.50,monatlich\nV-2,K-200,2025-02-01,Labor,13.50,monatlich\n",
};
const OLD = "contracts of the old system.csv";
const NEW = "contracts.csv and 1 more";

const desk = eachAtADesk();

async function match(): Promise<Window> {
  const migration = join(desk.home.path, "Brackwater billing history.carryover");
  command(desk.home, ["new", migration, "--to", "zenskar"]);
  for (const [name, content] of Object.entries(FILES)) {
    const path = join(desk.home.path, name);
    writeFileSync(path, content);
    command(desk.home, ["import", "-m", migration, path, "--as", "contracts"]);
  }
  const window = await desk.start([migration]);
  await window.until("the window", () => document.querySelector("nav") !== null);
  await window.press("Alt", "2");
  await window.until("the groups", () => document.querySelectorAll(".groups [role=tab]").length === 2);
  return window;
}

/** The group that is shown. */
function shown(window: Window): Promise<string> {
  return window.run(
    () => document.querySelector<HTMLElement>(".groups [aria-selected=true] .name")?.innerText ?? "",
  );
}

/** Where a field of the group that is shown comes from. */
function from(window: Window, field: string): Promise<string> {
  return window.run(
    (field: string) =>
      document.querySelector<HTMLElement>(`tr[data-field="${field}"] [data-pick]`)?.innerText ?? "",
    field,
  );
}

test("what lacks a field is shown first, and what is set there is set nowhere else", async () => {
  const window = await match();
  expect(await shown(window)).toContain(OLD);
  await window.sees("6 columns");
  await window.sees("“Currency” must come from a column before the rows can be checked.");
  await window.run(() => document.querySelector<HTMLElement>("tr[data-field=currency]")?.focus());
  await window.press("F2");
  await window.clickOn("[role=option]", "A fixed value");
  await window.until("the field for it", () => document.activeElement?.tagName === "INPUT");
  await window.type("GBP");
  await window.press("Enter");
  await window.sees("Every required field is matched");
  expect(await from(window, "currency")).toContain("GBP");

  await window.clickOn(".groups [role=tab]", NEW);
  await window.until("the other files", () => {
    const shown = document.querySelector(".groups [aria-selected=true] .name")?.textContent;
    return shown?.includes("7 columns") ?? false;
  });
  await window.until(
    "their fields",
    () => document.querySelector("tr[data-field=currency] [data-pick]")?.textContent?.trim() === "Cur",
  );
  await window.run(() => document.querySelector<HTMLElement>("tr[data-field=currency]")?.focus());
  await window.press("Delete");
  await window.sees("“Currency” must come from a column");
  await window.press("ArrowLeft");
  await window.run(() => document.querySelector<HTMLElement>(".groups [aria-selected=true]")?.focus());
  await window.press("ArrowRight");
  await window.sees(`${NEW}: “Currency” must come from a column`);
  expect(await from(window, "currency")).toContain("GBP");
  await window.press("Control", "z");
  await window.sees("“Currency” must come from a column before the rows can be checked.");
});

inEveryLook("files with different columns", desk, async (look) => {
  const window = await match();
  await look(window, ".groups .status.warning", "match-groups");
});
