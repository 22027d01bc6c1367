// The folders that eight systems export, dropped one by one: each lands on Match with nothing left to do but look.
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { command, SAMPLE } from "./command.ts";
import { dropOnWindow } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import type { Window } from "./window.ts";

const EXPORTS = join(SAMPLE, "../exports");
const SYSTEMS = {
  avalara: "Avalara AvaTax",
  hubspot: "HubSpot",
  netsuite: "NetSuite",
  quickbooks_online: "QuickBooks Online",
  salesforce: "Salesforce",
  stripe: "Stripe",
  xero: "Xero",
  zoho_books: "Zoho Books",
} as const;

const desk = eachAtADesk();

/** The system's files in a folder as somebody may have saved them, and how many they are. */
function exported(system: string, name: string): [string, number] {
  const folder = join(desk.home.path, `${name} export`);
  mkdirSync(folder);
  const files = readdirSync(join(EXPORTS, system)).filter((file) => file.endsWith(".csv"));
  for (const file of files) copyFileSync(join(EXPORTS, system, file), join(folder, file));
  return [folder, files.length];
}

/** A window at Files, on a migration with nothing in it yet. */
async function empty(): Promise<Window> {
  const migration = join(desk.home.path, "Brackwater billing history.carryover");
  command(desk.home, ["new", migration, "--to", "zenskar"]);
  const window = await desk.start([migration]);
  await window.until("the window", () => document.querySelector("nav") !== null);
  await window.press("Alt", "1");
  await window.sees("Drop");
  return window;
}

/** What is open anywhere: every dataset is shown once, with the groups of its files. */
async function open(window: Window): Promise<string[]> {
  const found: string[] = [];
  const datasets = await window.run(() => document.querySelectorAll(".tabs [role=tab]").length);
  for (let at = 0; at < datasets; at++) {
    await window.run(
      (at: number) => document.querySelectorAll<HTMLElement>(".tabs [role=tab]")[at]?.click(),
      at,
    );
    await window.until(
      "the dataset",
      (at: number) =>
        document.querySelectorAll(".tabs [role=tab]")[at]?.getAttribute("aria-selected") === "true",
      at,
    );
    found.push(
      ...(await window.run(() =>
        [...document.querySelectorAll<HTMLElement>("[role=tab]")]
          .filter((tab) => tab.querySelector(".status:not(.ok)") !== null)
          .map((tab) => tab.innerText),
      )),
    );
  }
  return found;
}

test.each(Object.entries(SYSTEMS))(
  "the folder of %s lands on Match with nothing left to do",
  async (id, name) => {
    const [folder, files] = exported(id, name);
    const window = await empty();
    const drop = await dropOnWindow([folder]);
    await drop.letGo();
    await window.until(
      `${files} cards`,
      (files: number) => {
        const cards = [...document.querySelectorAll("[data-card]")];
        return cards.length === files && cards.every((card) => card.querySelector(".status") !== null);
      },
      files,
    );
    expect(await window.run(() => document.querySelectorAll("[role=alert]").length)).toBe(0);
    expect(await window.run(() => document.querySelectorAll("[data-card] .status.question").length)).toBe(0);
    await window.press("Alt", "2");
    await window.until("the fields", () => document.querySelector("tr[data-field]") !== null);
    await window.sees("Every required field is matched");
    expect(await open(window)).toEqual([]);
    expect(
      await window.run(() => document.querySelector<HTMLButtonElement>("[data-primary]")?.disabled),
    ).toBe(false);
    expect(await window.run(() => document.querySelectorAll("[role=alert], [role=alertdialog]").length)).toBe(
      0,
    );
    await window.clickOn(".toast .close");
    await window.seesNoMore("files were read");
    await window.screenshot(`match-${id.replaceAll("_", "-")}-light`);
  },
);
