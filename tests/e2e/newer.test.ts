// A newer file in the place of one that was uploaded: chosen in the system's dialog, told before it is done, and only what
// changed is sent.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, connect, eachWithServers, held, type Server } from "./command.ts";
import { chooseInDialog } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const serve = eachWithServers();

const HEAD = "Customer Number,Name,E-mail,City\n";
const [WISMAR, TAMAR, OSTSEE] = [
  "1,Ärzte-Labor Wismar GmbH,a@wismar.example,Wismar\n",
  "2,Tamar Valley Testing,b@tamar.example,\n",
  "3,Ostsee Umweltlabor,c@ostsee.example,Rostock\n",
];
const THEN = HEAD + WISMAR + TAMAR + OSTSEE;
/** One has another name, one is gone, two are new. */
const NOW =
  `${HEAD}${WISMAR}2,Tamar Valley Testing & Partner,b@tamar.example,\n` +
  "4,Neckar Labor AG,d@neckar.example,Ulm\n5,Oker Umwelt GmbH,e@oker.example,Goslar\n";

/** Writes files where the dialog begins. */
function lay(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
}

const path = (name: string): string => join(desk.home.path, "Documents", name);

/** A migration whose customers were uploaded, shown at Files. */
async function uploaded(): Promise<[Window, Server]> {
  const file = join(desk.home.path, "Brackwater.carryover");
  lay({ "customers of April.csv": THEN });
  command(desk.home, ["new", file, "--to", "zenskar"]);
  command(desk.home, ["import", "-m", file, path("customers of April.csv"), "--as", "customers"]);
  command(desk.home, ["check", "-m", file]);
  const server = await serve();
  connect(desk.home, "Brackwater sandbox", server);
  command(desk.home, ["upload", "-m", file, "--with", "Brackwater sandbox"]);
  const window = await desk.start([file]);
  await window.until("the migration", () => document.querySelector("nav") !== null);
  await window.press("Alt", "1");
  await window.until("the card", () => document.querySelectorAll("[data-card]").length === 1);
  return [window, server];
}

/** Chooses a newer file for the one card there is, by its menu and the system's dialog. */
async function choose(window: Window, name: string): Promise<void> {
  await window.clickOn("[data-card] [aria-haspopup=menu]");
  await window.until("the menu", () => document.querySelectorAll("[role=menuitem]").length === 3);
  await window.run(() => document.querySelectorAll<HTMLElement>("[role=menuitem]")[1]?.focus());
  await window.press("Enter");
  await chooseInDialog(path(name));
  await window.until("the dialog", () => document.querySelector("[role=dialog]") !== null);
}

test("what a newer file changes is told before and after, and only that is sent", async () => {
  const [window, server] = await uploaded();
  lay({ "customers of May.csv": NOW });
  await choose(window, "customers of May.csv");
  await window.sees("Put “customers of May.csv” in the place of “customers of April.csv”?");
  await window.sees("3 rows before, 4 now");
  await window.sees("1 row has other values");
  await window.sees("2 rows are new");
  await window.sees("1 row is no longer in it");
  await window.sees("The next upload sends only what changed.");
  await window.click("button", "Put it in its place");
  await window.sees("“customers of May.csv” is in the place of “customers of April.csv”");
  await window.sees("Its rows have to be checked again in Review.");
  await window.click("button", "Go to Review");
  await window.sees("Review what would be rejected");
  await window.sees("All rows ready");
  await window.press("Alt", "1");
  await window.sees("customers of May.csv");
  await window.press("Alt", "5");
  await window.sees("Where do the records go?");
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await window.press("Control", "Enter");
  await window.sees("1 row is unchanged since run 1");
  await window.clickOn("label:has(input[value=update])");
  await window.until("the name of what differs", () =>
    [...document.querySelectorAll("td.why")].some((cell) => cell.textContent === "Name"),
  );
  await window.click("button", "Send the first three");
  await window.sees("Three records are in. Look at them.");
  const records = await held(server.url);
  // What is no longer in the file stays over there.
  expect(records.customers.toSorted()).toEqual(["1", "2", "3", "4", "5"]);
});

test("the same file by mistake, one about something else, and one without a matched column", async () => {
  const [window] = await uploaded();
  lay({
    "customers, a copy.csv": THEN,
    "usage.csv": "Event ID,Account No,Time,Quantity\ne1,1,2026-03-01T10:00:00Z,4\n",
    "customers without e-mail.csv": "Customer Number,Name,City,Segment\n1,Ärzte-Labor Wismar GmbH,Wismar,A\n",
  });
  await choose(window, "customers, a copy.csv");
  await window.sees("byte for byte. There is nothing newer in it, and nothing was changed.");
  await window.click("button", "Close");
  await choose(window, "usage.csv");
  await window.sees("It looks like Usage, not like Customers.");
  await window.sees("It has 2 rows fewer.");
  expect(await window.focused()).toBe("Cancel");
  await window.press("Escape");
  await window.seesNoMore("It looks like Usage");
  await choose(window, "customers without e-mail.csv");
  await window.sees("A matched column is not in it: “E-mail” (E-mail).");
  await window.sees("New column: “Segment”.");
  await window.sees("What is no longer in it stays in Zenskar");
  await window.press("Escape");
  await window.sees("customers of April.csv");
});

inEveryLook("a newer file", desk, async (look) => {
  const [window] = await uploaded();
  lay({ "customers of May.csv": NOW.replace("E-mail", "Post") });
  await choose(window, "customers of May.csv");
  await look(window, "[role=dialog] .warnings li", "files-newer");
  await window.clickOn("[role=dialog] [data-primary]");
  await look(window, "[role=dialog] [data-primary] svg", "files-newer-done");
});
