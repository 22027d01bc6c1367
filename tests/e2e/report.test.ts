// Report in the real window: files written where the system's dialog says, read back, only the rejected sent again, signed by
// two people, outdated by a change; the audit trail found in, filtered and exported.
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { command, connect, eachWithServers, eachWithTheSampleReady, type Server } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { chooseFolderInDialog, saveInDialog } from "./desktop.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const sample = eachWithTheSampleReady();
const serve = eachWithServers();

/** Someone else has the e-mail address of this customer at the destination, so that it is turned down. */
const TAKEN = "rechnung@ostsee.example";

/** The sample, uploaded; Report is shown. With a customer in the way, one record is rejected. */
async function uploaded(inTheWay = false): Promise<Window> {
  const file = sample(desk.home);
  const server = await serve();
  connect(desk.home, "Practice account", server);
  if (inTheWay) await occupy(server);
  command(desk.home, ["upload", "-m", file, "--with", "Practice account"]);
  const window = await desk.start([file]);
  await window.until("the migration", () => document.querySelector("nav") !== null);
  await window.press("Alt", "6");
  await window.until("the figures", () => document.querySelector("main table tbody td") !== null);
  return window;
}

async function occupy({ url, key, organisation }: Server): Promise<void> {
  const answer = await fetch(`${url}/customers`, {
    method: "POST",
    headers: { "x-api-key": key, organisation, apiversion: "20230501", "content-type": "application/json" },
    body: JSON.stringify({ external_id: "other", customer_name: "Someone else", email: TAKEN }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function sign(window: Window, button: string, dialog: string, name: string): Promise<void> {
  await window.click("button", button);
  await window.sees(dialog);
  await window.click("textbox", "Your name");
  await window.press("Control", "a");
  await window.type(name);
}

test("files are written where the dialog says, listed, and only they can be shown in their folder", async () => {
  const window = await uploaded();
  await window.sees("Closed to the cent");
  await window.sees("No files were written yet.");
  expect(await window.run(() => document.querySelectorAll("main li button[aria-label^=Show]").length)).toBe(
    0,
  );
  const folder = join(desk.home.path, "Documents", "Nachweise März");
  mkdirSync(folder);
  await window.click("button", "Save report and evidence…");
  await chooseFolderInDialog(folder);
  await window.sees("evidence_practice.pdf");
  const written = readdirSync(folder);
  expect(written).toContain("tie-out.xlsx");
  expect(readFileSync(join(folder, "evidence_practice.pdf")).subarray(0, 8).toString()).toBe("%PDF-1.7");
  const listed = await window.run(() =>
    [...document.querySelectorAll("main li .name")].map((name) => name.textContent ?? ""),
  );
  expect([...listed].sort()).toEqual([...written].sort());
  const others = await window.run(() =>
    (
      globalThis as unknown as {
        __TAURI_INTERNALS__: { invoke: (name: string, args: object) => Promise<unknown> };
      }
    ).__TAURI_INTERNALS__
      .invoke("reveal_file", { path: "/etc/passwd" })
      .then(
        () => "shown",
        (error: { message: string }) => error.message,
      ),
  );
  expect(others).toBe("this file was not chosen in Carryover");
});

test("everything that was loaded is read back and agrees", async () => {
  const window = await uploaded();
  await window.click("button", "Read back and compare");
  await window.until(
    "all datasets to agree",
    () => (document.body.innerText.match(/All agree/g) ?? []).length === 3,
  );
});

test("only what was rejected is sent again", async () => {
  const window = await uploaded(true);
  await window.sees("Customers, 1 row");
  await window.click("button", "Send again…");
  await window.sees("belongs");
  expect(
    await window.run(() => document.querySelectorAll("main table tbody td.why, main td.why").length),
  ).toBeGreaterThan(0);
  await window.click("button", "Save as CSV…");
  const list = join(desk.home.path, "Documents", "rejected.csv");
  await saveInDialog(list);
  await window.sees("The list was written to");
  expect(readFileSync(list, "utf8")).toContain("customers,00003");
  await window.click("button", "Send 2 rejected records again");
  await window.sees("rejected");
});

test("signed by a preparer and by another person; a change outdates it", async () => {
  const window = await uploaded();
  await sign(window, "Sign as preparer…", "Sign this report as preparer", "Maren Okafor");
  await window.click("button", "Sign");
  await window.sees("1 of 2 signatures");
  await sign(window, "Approve…", "Approve this migration", "maren  okafor");
  await window.run(() => document.querySelector<HTMLElement>("[role=dialog] [type=checkbox]")?.click());
  await window.click("button", "Approve");
  await window.sees("Another person must approve it.");
  await window.click("textbox", "Your name");
  await window.press("Control", "a");
  await window.type("Tom Lindqvist");
  await window.click("button", "Approve");
  await window.sees("Approved by Tom Lindqvist");
  await window.press("Control", "z");
  await window.press("Alt", "5");
  await window.press("Alt", "6");
  await window.sees("Changed after it was signed");
  await window.sees("Outdated");
});

test("the audit trail is found in, filtered by day and exported", async () => {
  const window = await uploaded();
  await window.click("button", "Audit trail");
  await window.sees("Unbroken, ");
  const entries = (): Promise<number> =>
    window.run(() => document.querySelectorAll("[role=grid] tbody tr[aria-selected]").length);
  const all = await entries();
  await window.press("/");
  await window.type("overlap on 31");
  await window.until(
    "one entry",
    () => document.querySelectorAll("[role=grid] tbody tr[aria-selected]").length === 1,
  );
  await window.sees("Export overlap on 31 May");
  await window.press("Control", "a");
  await window.press("Backspace");
  await window.until(
    "all entries",
    (all: number) => document.querySelectorAll("[role=grid] tbody tr[aria-selected]").length === all,
    all,
  );
  await window.run(() => {
    const field = document.querySelectorAll<HTMLInputElement>("input[type=date]")[1];
    if (!field) return;
    field.value = "2020-01-01";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await window.sees("No entry matches");
  await window.click("button", "Show all entries");
  await window.seesNoMore("No entry matches");
  const path = join(desk.home.path, "Documents", "trail.csv");
  await window.click("button", "Export…");
  await saveInDialog(path);
  await window.sees("The trail was written to");
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(all);
});

inEveryLook("report, signing, trail", desk, async (look) => {
  const window = await uploaded();
  await look(window, "aside .part button:enabled", "report");
  await window.run(() => document.querySelector<HTMLElement>("aside .part button:enabled")?.click());
  await look(window, "[role=dialog]");
  await window.press("Control", "Enter");
  await window.until(
    "the signature",
    () =>
      document.querySelector("aside .part .status.ok") !== null && !document.querySelector("[role=dialog]"),
  );
  await window.run(() =>
    [...document.querySelectorAll<HTMLElement>("aside .part:has(.status) button:enabled")].at(-1)?.click(),
  );
  await look(window, "[role=dialog] [type=checkbox]", "report-approve");
  await window.press("Escape");
  await window.until("the dialog to go", () => document.querySelector("[role=dialog]") === null);
  await window.run(() => document.querySelectorAll<HTMLElement>("nav .aside")[1]?.click());
  await look(window, "[role=grid] tbody tr[aria-selected]", "audit");
});
