// Values from another file, in the real window: known exports find each other, a proposal is taken with one click, and a field
// is looked up by pointing; nothing axe objects to.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, SAMPLE } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const CONTRACTS =
  "Contract No,Customer No,Plan code,Start date,End date,Billing\nC-1,K-100,PRO,2026-01-01,2026-12-31,monthly\nC-2,K-200,TEAM,2026-02-01,2026-12-31,monthly\nC-3,K-300,PLUS,2026-03-01,2026-12-31,monthly\n";
const PLANS =
  "Code,Product,Monthly price,Currency\nPRO,Insight Pro,49.00,EUR\nTEAM,Insight Team,125.00,EUR\nARC,Archive,90.00,EUR\n";

const desk = eachAtADesk();

/** A window at Match, on a migration with these files. */
async function match(files: { path: string; as: string | null }[]): Promise<Window> {
  const migration = join(desk.home.path, "Brackwater billing history.carryover");
  command(desk.home, ["new", migration, "--to", "zenskar"]);
  for (const { path, as } of files)
    command(desk.home, ["import", "-m", migration, path, ...(as ? ["--as", as] : [])]);
  const window = await desk.start([migration]);
  await window.until("the window", () => document.querySelector("nav") !== null);
  await window.press("Alt", "2");
  await window.until("the fields", () => document.querySelector("tr[data-field]") !== null);
  return window;
}

function unknown(): Promise<Window> {
  const [contracts, plans] = [join(desk.home.path, "contracts.csv"), join(desk.home.path, "plans.csv")];
  writeFileSync(contracts, CONTRACTS);
  writeFileSync(plans, PLANS);
  return match([
    { path: contracts, as: "contracts" },
    { path: plans, as: "lookup" },
  ]);
}

/** Shows a field in the panel. */
async function choose(window: Window, field: string): Promise<void> {
  await window.run((field: string) => {
    document.querySelector<HTMLElement>(`tr[data-field=${field}]`)?.focus();
  }, field);
  await window.until(
    `the panel of ${field}`,
    () =>
      document.querySelector("aside.panel h2")?.textContent ===
      document.activeElement?.querySelector(".med")?.textContent,
  );
}

/** Opens the list of columns of the chosen field, and in it what another file has. */
async function fromFile(window: Window, choice: string): Promise<void> {
  await window.press("F2");
  await window.clickOn("[role=option]", choice);
  await window.until("the form", () => document.querySelector("form .pairs") !== null);
}

test("the files of one system find each other: nothing is left but to look", async () => {
  const folder = join(SAMPLE, "../exports/stripe/joined");
  const files = readdirSync(folder).filter((name) => name.endsWith(".csv"));
  const window = await match(files.map((name) => ({ path: join(folder, name), as: null })));
  await window.sees("Every required field is matched");
  await window.clickOn("[role=tab]", "Contracts");
  await window.sees("Plan → prices.csv");
  await window.press("Alt", "1");
  await window.sees("Only looked in");
  await window.sees("subscriptions.csv takes values from it");
});

test("a proposal is taken with one click, and taken back", async () => {
  const window = await unknown();
  await choose(window, "unit_amount");
  await window.sees("plans.csv seems to have it");
  await window.click("button", "Look it up");
  await window.sees("“Unit amount” is now looked up in plans.csv.");
  await window.sees("2 of 3 rows find theirs.");
  await window.press("Control", "z");
  await window.sees("plans.csv seems to have it");
});

test("a field is looked up by pointing: the file, the two columns, what is taken; seen on rows before it is kept", async () => {
  const window = await unknown();
  await choose(window, "description");
  await fromFile(window, "From another file");
  await window.click("button", "From the file: Choose…");
  await window.click("option", "plans.csv");
  await window.sees("Plan code");
  await window.click("button", "take this column: Choose…");
  await window.click("option", "Product");
  await window.sees("2 of 3 rows find theirs.");
  await window.sees("Insight Team");
  await window.sees("Not there");
  await window.click("button", "Look it up");
  await window.sees("“Description” is now looked up in plans.csv.");
  await window.until(
    "where it comes from",
    () =>
      document.querySelector("tr[data-field=description]")?.textContent?.includes("Plan code → plans.csv") ??
      false,
  );
});

inEveryLook("a field from another file", desk, async (look) => {
  const window = await unknown();
  await choose(window, "product_name");
  await look(window, "aside .proposed", "match-proposal");
  await window.press("F2");
  await window.until("the list", () => document.querySelector("[role=listbox]") !== null);
  await window.run(() => {
    const choices = [...document.querySelectorAll<HTMLElement>("[role=option]")];
    choices
      .find((choice) => choice.id.length > 0 && /another file|anderen Datei/.test(choice.textContent))
      ?.click();
  });
  await window.until("the form", () => document.querySelector("form .pairs") !== null);
  await window.clickOn("form .pairs button");
  await window.clickOn("[role=option]", "plans.csv");
  await look(window, "form li", "match-look-up");
  await window.clickOn("form button[type=submit]");
  await look(window, "aside ol li", "match-looked-up");
});
