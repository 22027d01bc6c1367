// Settings in the real window: kept at once, also for the next start; connections added, tested, changed and removed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, connect, eachWithServers } from "./command.ts";
import { chooseInDialog, saveInDialog } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const serve = eachWithServers();

/** Settings of a window with an empty migration. */
async function settings(): Promise<Window> {
  const file = join(desk.home.path, "Brackwater billing history.carryover");
  if (!existsSync(file)) command(desk.home, ["new", file, "--to", "zenskar"]);
  const window = await desk.start([file]);
  await window.until("the rail", () => document.querySelectorAll("nav .aside").length > 2);
  await window.run(() => document.querySelectorAll<HTMLElement>("nav .aside")[2]?.click());
  await window.until("the sections", () => document.querySelector(".sections") !== null);
  return window;
}

async function connections(): Promise<Window> {
  const window = await settings();
  await window.run(() => document.querySelectorAll<HTMLElement>(".sections button")[1]?.click());
  await window.until("the connections", () => document.querySelector("[role=grid] tbody td") !== null);
  return window;
}

/** Settings › What was learned, with two headings that were matched by hand. */
async function learned(): Promise<Window> {
  const migration = join(desk.home.path, "Brackwater billing history.carryover");
  const customers = join(desk.home.path, "customers.csv");
  writeFileSync(customers, "Account,Company,Where to,Group\nK-100,Harbour & Vale,a@harbour.example,Labs\n");
  command(desk.home, ["new", migration, "--to", "zenskar"]);
  command(desk.home, ["import", "-m", migration, customers, "--as", "customers"]);
  for (const set of ["email=Where to", "custom_data.group=Group"])
    command(desk.home, ["map", "-m", migration, "customers", "--set", set]);
  const window = await settings();
  await window.run(() => document.querySelectorAll<HTMLElement>(".sections button")[2]?.click());
  await window.until("what was learned", () => document.querySelectorAll("main tbody tr td").length > 0);
  return window;
}

test("name, language and appearance are kept at once and hold after a restart", async () => {
  const first = await settings();
  await first.click("textbox", "Your name");
  await first.press("Control", "a");
  await first.type("Jonas Adeyemi");
  await first.press("Tab");
  await first.click("radio", "Dark");
  await first.until("the dark theme", () => document.documentElement.dataset["theme"] === "dark");
  await first.click("radio", "Deutsch");
  await first.sees("Einstellungen");
  await first.stop();
  const second = await settings();
  expect(await second.run(() => document.documentElement.dataset["theme"])).toBe("dark");
  expect(await second.run(() => document.querySelector<HTMLInputElement>("main input")?.value)).toBe(
    "Jonas Adeyemi",
  );
  await second.sees("Erscheinungsbild");
});

test("a connection is tested point by point, changed and removed with its key", async () => {
  const server = await serve();
  connect(desk.home, "Brackwater Analytics", server, server.key, "live");
  const window = await connections();
  await window.click("row", "Brackwater Analytics");
  await window.sees(`••••${server.key.slice(-4)}`);
  await window.click("button", "Test the connection");
  await window.sees("Records can be written");
  await window.click("button", "Change…");
  await window.click("textbox", "Organisation id");
  await window.press("Control", "a");
  await window.type("3d0f4f7e-51a4-4c7b-9f0e-000000000000");
  await window.click("button", "Save");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.click("button", "Test the connection");
  await window.sees("The key belongs to another organisation");
  await window.click("button", "Remove…");
  await window.sees("Remove “Brackwater Analytics”?");
  await window.click("button", "Remove the connection");
  await window.until("one connection", () => document.querySelectorAll("[role=grid] tbody tr").length === 1);
});

test("what was learned is shared, forgotten, and taken over again with a word on what that changes", async () => {
  const window = await learned();
  await window.sees("where to");
  const file = join(desk.home.path, "Documents/for Jonas.json");
  await window.click("button", "Save for a colleague…");
  await saveInDialog(file);
  await window.sees("There are no values in it.");
  expect(readFileSync(file, "utf8")).not.toContain("harbour");
  await window.clickOn("button[aria-label^='Forget “where to”']");
  await window.seesNoMore("where to");
  await window.click("button", "Take over a file…");
  await chooseInDialog(file);
  await window.sees("Take over “for Jonas.json”?");
  await window.sees("One heading will be matched in another way than now.");
  await window.click("button", "Take over");
  await window.sees("where to");
  await window.click("button", "Forget all");
  await window.sees("Forget everything that was learned?");
  await window.clickOn("[role=dialog] button", "Forget all");
  await window.sees("Nothing was learned yet");
});

inEveryLook("what was learned", desk, async (look) => {
  const window = await learned();
  await look(window, "main tbody tr", "settings-learned");
});

inEveryLook("general, connections, a new one", desk, async (look) => {
  const server = await serve();
  connect(desk.home, "Brackwater Analytics", server, server.key, "live");
  const window = await settings();
  await look(window, "main [role=radiogroup], main input", "settings");
  await window.run(() => document.querySelectorAll<HTMLElement>(".sections button")[1]?.click());
  await window.until(
    "both connections",
    () => document.querySelectorAll("[role=grid] tbody tr").length === 2,
  );
  await window.run(() => document.querySelectorAll<HTMLElement>("[role=grid] tbody tr")[1]?.click());
  await window.run(() => document.querySelector<HTMLElement>(".about button")?.click());
  await look(window, ".about table .status.warning", "settings-connections");
  await window.run(() => document.querySelector<HTMLElement>(".columns .head button")?.click());
  await look(window, "[role=dialog]");
});
