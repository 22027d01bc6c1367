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

/** Contracts that name only an order, which names a customer in another spelling. */
function further(spelled = "k"): Promise<Window> {
  const files = {
    "contracts.csv":
      "Contract No,Order,Start date\nC-1,O-10,2026-01-01\nC-2,O-20,2026-02-01\nC-3,O-30,2026-03-01\n",
    "orders.csv": `Order,Client\nO-10,${spelled}-100\nO-20,${spelled}-200\nO-40,${spelled}-400\n`,
    "customers.csv": "Client No,Called\nK-100,Harbour & Vale\nK-200,Nordlicht Labor\nK-300,Atelier Verne\n",
  };
  const written = Object.entries(files).map(([name, content]) => {
    const path = join(desk.home.path, name);
    writeFileSync(path, content);
    return { path, as: name === "contracts.csv" ? "contracts" : "lookup" };
  });
  return match(written);
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

test("a look-up goes on from file to file, and each step says what it finds", async () => {
  const window = await further();
  await choose(window, "name");
  await fromFile(window, "From another file");
  await window.click("button", "From the file: Choose…");
  await window.click("option", "orders.csv");
  await window.until(
    "the guess",
    () => document.querySelector("form .pairs")?.textContent?.includes("Order") ?? false,
  );
  await window.clickOn("form button[aria-label^='take this column']");
  await window.click("option", "Client");
  await window.sees("2 of 3 rows find theirs.");
  await window.sees("1 row has a key that is not there.");
  await window.click("button", "Look further in another file");
  await window.click("button", "And from there, in the file: Choose…");
  await window.click("option", "customers.csv");
  await window.until("the second step", () => document.querySelectorAll("form .pairs").length === 2);
  await window.clickOn("form li + li button[aria-label^='is that column']");
  await window.click("option", "Client No");
  await window.clickOn("form li + li button[aria-label^='take this column']");
  await window.click("option", "Called");
  await window.sees("0 of 2 rows find theirs.");
  await window.clickOn("form li + li button[aria-label^='compared']");
  await window.click("option", "whether upper or lower case");
  await window.sees("2 of 2 rows find theirs.");
  await window.sees("Harbour & Vale");
  await window.click("button", "Look it up");
  await window.sees("“Name” is now looked up in orders.csv, customers.csv.");
  await window.sees("From there “Called” in customers.csv, from the row whose “Client No” is that “Client”.");
  await window.clickOn("aside section button", "Change…");
  await window.until("both steps again", () => document.querySelectorAll("form .pairs").length === 2);
  await window.sees("whether upper or lower case");
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
  await look(window, "form li li", "match-look-up");
  await window.clickOn("[role=dialog] button[type=submit]");
  await look(window, "aside ol li", "match-looked-up");
});

/** Chooses in the picker of that place in a step of the look-up, once the program has guessed what it can. */
async function pickIn(window: Window, step: number, at: number, choice: string, guessed = ""): Promise<void> {
  const pickers = `#look-up > ol > li:nth-child(${step}) .pairs button`;
  await window.until(
    `picker ${at} of step ${step}`,
    (pickers: string, at: number, guessed: string) => {
      const all = [...document.querySelectorAll<HTMLElement>(pickers)];
      all[at]?.setAttribute("data-next", "");
      return all[at] !== undefined && all.some((picker) => picker.innerText.includes(guessed));
    },
    pickers,
    at,
    guessed,
  );
  await window.clickOn("[data-next]");
  await window.clickOn("[role=option]", choice);
  await window.run(() => document.querySelector("[data-next]")?.removeAttribute("data-next"));
}

inEveryLook("a field by way of two other files", desk, async (look) => {
  const window = await further("K");
  await choose(window, "name");
  await window.press("F2");
  await window.until("the list", () => document.querySelector("[role=listbox]") !== null);
  await window.run(() => {
    const choices = [...document.querySelectorAll<HTMLElement>("[role=option]")];
    choices
      .find((choice) => choice.id.length > 0 && /another file|anderen Datei/.test(choice.textContent))
      ?.click();
  });
  await pickIn(window, 1, 0, "orders.csv");
  await pickIn(window, 1, 4, "Client", "Order");
  await window.clickOn("#look-up > .row button");
  await pickIn(window, 2, 0, "customers.csv");
  await pickIn(window, 2, 3, "Called", "Client No");
  await look(window, "#look-up > ol > li + li .status.ok", "match-look-up-further");
});
