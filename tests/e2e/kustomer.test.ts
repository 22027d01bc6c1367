// A migration to Kustomer in the real window, from two files dropped on Start to a closed report: companies and the people who
// are its customers, found again by what the user says, with fields of their own that the account has yet to learn.
import { copyFileSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { command } from "./command.ts";
import { dropOnWindow } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const FIXTURES = resolve(import.meta.dirname, "../../fixtures/kustomer");
const FILES = ["companies.csv", "customers.csv"];
const NAME = "Quillfeather contacts";

const desk = eachAtADesk();

/** The files, where the user has them. */
function files(): string[] {
  return FILES.map((name) => {
    const path = join(desk.home.path, name);
    copyFileSync(join(FIXTURES, name), path);
    return path;
  });
}

/** A migration to Kustomer with the files, made without a window; columns are kept as fields of the user's own. */
function made(): string {
  const migration = join(desk.home.path, `${NAME}.carryover`);
  const run = (...args: string[]): string => command(desk.home, args);
  run("new", migration, "--to", "kustomer");
  run("import", "-m", migration, ...files());
  run("map", "-m", migration, "companies", "--keep", "Tier", "--keep", "Credit limit");
  run("map", "-m", migration, "customers", "--keep", "VIP");
  return migration;
}

async function at(step: string, ready: string, migration = made()): Promise<Window> {
  const window = await desk.start([migration]);
  await window.until("the window", () => document.querySelector("nav") !== null);
  await window.press("Alt", step);
  await window.until(ready, (ready: string) => document.querySelector(ready) !== null, ready);
  return window;
}

/** Shows a field in the panel. */
async function choose(window: Window, field: string): Promise<void> {
  await window.run((field: string) => {
    document.querySelector<HTMLElement>(`tr[data-field=${field}]`)?.focus();
  }, field);
  await window.until(
    "the field's rows",
    () => document.querySelector("aside section[aria-live] tr") !== null,
  );
}

/** What is to be done with a left-over column, by its menu. */
async function keep(window: Window, column: string): Promise<void> {
  await window.click("button", `What to do with “${column}”: ignore`);
  await window.click("menuitem", "Keep as custom data");
  await window.sees(`“${column}” goes along as custom data.`);
}

/** Another destination's name would be a text that forgot where the migration goes. */
async function namesNoOther(window: Window): Promise<void> {
  expect(await window.run(() => document.body.innerText.includes("Zenskar"))).toBe(false);
}

test("companies and customers, from two dropped files to a closed report", async () => {
  const window = await desk.start();
  await window.sees("Try it with sample files");
  const drop = await dropOnWindow(files());
  await window.sees("Let go to add 2 files");
  await drop.letGo();
  await window.sees("2 files are read into it:");
  await window.type(NAME);
  await window.click("radio", "Kustomer");
  await window.press("Control", "Enter");
  await window.until(
    "the migration",
    (name: string) => document.title.startsWith(`${name} (practice)`),
    NAME,
  );

  await window.press("Alt", "2");
  await window.sees("Found again in Kustomer by Company number");
  await namesNoOther(window);
  await keep(window, "Tier");
  await keep(window, "Credit limit");
  await window.clickOn("[role=tab]", "Customers");
  await window.sees("Found again in Kustomer by Customer number");
  await keep(window, "VIP");

  await window.click("button", "Change…");
  await window.sees("Customers that are in Kustomer already");
  await window.click("radio", "E-mail");
  await window.click("radio", "Update only");
  await window.click("button", "Save");
  await window.sees("Found again in Kustomer by E-mail");
  await window.press("Control", "z");
  await window.sees("Found again in Kustomer by Customer number");
  await window.sees("Create and update");

  await choose(window, "name");
  await window.clickOn("aside label", "Set it only where it is empty in Kustomer");
  await window.sees("is set only where it is empty there.");
  await choose(window, "email");
  await window.clickOn("aside label", "Replace the list in Kustomer: E-mail addresses");
  await window.sees("The list “E-mail addresses” is replaced by what the file has.");

  await window.click("button", "Check the rows");
  await window.sees("rows ready");
  await window.click("button", "Exclude the rest…");
  await window.click("button", "A mistake in the old system");
  await window.clickOn("[role=dialog] [data-primary]");
  await window.sees("were excluded.");

  await window.press("Alt", "5");
  await window.click("radio", "Practice Kustomer");
  await window.sees("Companies can be read and written");
  await namesNoOther(window);
  await window.click("button", "Make the plan");
  await window.sees("Practice Kustomer does not know 3 of your fields yet");
  for (const text of ["custom.tierStr", "Credit Limit", "Yes or no"]) await window.sees(text);
  await window.click("button", "Create 3 fields…");
  await window.sees("Create these 3 fields in Practice Kustomer?");
  await window.click("button", "Create 3 fields");
  await window.sees("3 fields were created in Practice Kustomer.");
  await window.sees("What the upload will do");
  await window.sees("Not there yet");
  await window.sees("authorization");
  await namesNoOther(window);
  await window.click("button", "Send the first three");
  await window.sees("agree.");
  await window.until("the way on", () => document.querySelector("[data-primary]:enabled") !== null);
  await window.press("Control", "Enter");
  await window.sees("The records are in Practice Kustomer");
  await window.click("button", "Go to the report");
  await window.sees("Closed");
  expect(await window.run(() => document.querySelectorAll("main .status.error").length)).toBe(0);
  await namesNoOther(window);
  expect(existsSync(join(desk.home.path, "Documents/Carryover", `${NAME}.carryover-practice`))).toBe(true);

  await window.press("Alt", "2");
  await window.clickOn("[role=tab]", "Customers");
  await window.click("button", "Change…");
  await window.sees("Records were sent already, and are known by this field.");
});

inEveryLook("Match with key and behaviour", desk, async (look) => {
  const window = await at("2", "tr[data-field]");
  await window.clickOn("[role=tab]:nth-child(2)");
  await window.until("the people", () => document.querySelector("tr[data-field=email2]") !== null);
  await choose(window, "name");
  await window.run(() => document.querySelector("aside input[type=checkbox]")?.scrollIntoView());
  await look(window, "aside input[type=checkbox]", "kustomer-match");
  await window.run(() => document.querySelector<HTMLElement>("[data-sync] button")?.click());
  await look(window, "[role=dialog] fieldset", "kustomer-sync");
});

inEveryLook("attributes that are missing, and a new connection", desk, async (look) => {
  const migration = made();
  command(desk.home, ["check", "-m", migration]);
  const window = await at("5", "fieldset input", migration);
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await look(window, "table", "kustomer-connection");
  await window.run(() => document.querySelector<HTMLElement>(".add button")?.click());
  await look(window, "[role=dialog] input", "kustomer-connection-new");
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.press("Control", "Enter");
  await look(window, "td .mono", "kustomer-attributes");
  await window.press("Control", "Enter");
  await look(window, "[role=dialog] table", "kustomer-attributes-ask");
});
