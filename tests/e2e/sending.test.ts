// What goes wrong while records are sent, in the real window: the program is killed, the window is closed, the server goes away
// and comes back. Each time the work goes on from the ledger, and each record is at the destination exactly once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, eachWithServers, eachWithTheSampleReady, held, setFaults } from "./command.ts";
import { closeWindow, windowsThere } from "./desktop.ts";
import { eachAtADesk } from "./desk.ts";
import { until } from "./until.ts";
import type { Window } from "./window.ts";

/** Records of the settled sample. Lines of a contract are one record. */
const SENT = { customers: 1176, usage: 19739, contracts: 618 };

const ACCOUNT = "Brackwater sandbox";

const desk = eachAtADesk();
const ready = eachWithTheSampleReady();
const serve = eachWithServers();

test("killed, it says where it stopped, goes on, and sends each record once", async () => {
  const server = await serve({ faults: ["latency=15ms"] });
  connect(desk.home, ACCOUNT, server);
  const path = ready(desk.home);
  const first = await openUpload(path);
  await first.click("radio", ACCOUNT);
  await press(first, "Make the plan");
  await sendSome(first);
  await first.kill();

  await setFaults(server.url, "");
  const second = await openUpload(path);
  await second.sees("The upload stopped at");
  await second.sees("Continue from there.");
  await press(second, "Continue the upload");
  await second.sees(`The records are in ${ACCOUNT}`);
  await expectEachOnce(server.url);
});

test("closed, the practice destination is found again after a restart, and the sum closes", async () => {
  const path = ready(desk.home);
  const first = await openUpload(path);
  await press(first, "Make the plan");
  await first.until("the request", () => document.querySelector("pre") !== null);
  const address = await first.run(() => /http:\/\/[\d.:]+/.exec(document.body.innerText)?.[0] ?? "");
  await setFaults(address, "latency=15ms");
  await sendSome(first);
  closeWindow();
  await first.sees("Close while the upload is under way?");
  await first.click("button", "Stop and close");
  await until("the window to close", () => Promise.resolve(windowsThere() === 0));
  await first.kill();

  const second = await openUpload(path);
  await second.sees("The upload stopped at");
  await press(second, "Continue the upload");
  await second.sees("The records are in Practice Zenskar");
  await press(second, "Go to the report");
  await second.sees("Closed to the cent");
  await second.click("button", "Read back and compare");
  await second.until(
    "all three datasets to agree",
    () => document.body.innerText.split("All agree").length === 4,
  );
  const customers = customersSent(join(desk.home.path, "Brackwater billing history.carryover-practice"));
  expect([customers.length, new Set(customers).size]).toEqual([SENT.customers, SENT.customers]);
});

test("the server goes away: it is said, and it goes on by itself when the server is back", async () => {
  const keep = join(desk.home.path, "server.jsonl");
  const before = await serve({ faults: ["latency=15ms"], keep });
  connect(desk.home, ACCOUNT, before);
  const window = await openUpload(ready(desk.home));
  await window.click("radio", ACCOUNT);
  await press(window, "Make the plan");
  await sendSome(window);
  await before.kill();
  await window.sees("Zenskar cannot be reached since");
  await window.sees("Waits for Zenskar");
  await window.sees("Nothing is lost and nothing will be sent twice.");
  await window.screenshot("upload-waiting-light");
  await window.sees("nothing answers at its address");

  const server = await serve({ port: Number(new URL(before.url).port), keep });
  await window.sees(`The records are in ${ACCOUNT}`);
  await expectEachOnce(server.url);
});

/** Opens the migration at Upload. */
async function openUpload(path: string): Promise<Window> {
  const window = await desk.start([path]);
  await window.until("the migration", () => document.title.includes("(practice)"));
  await window.press("Alt", "5");
  return window;
}

/** Presses the primary button by its key, once it can be pressed and begins with this. */
async function press(window: Window, label: string): Promise<void> {
  await window.until(
    `“${label}”`,
    (label: string) => {
      const button = document.querySelector<HTMLElement>("[data-primary]:enabled");
      return button?.innerText.trim().startsWith(label) ?? false;
    },
    label,
  );
  await window.press("Control", "Enter");
}

/** Sends by the plan until some hundred records are there. */
async function sendSome(window: Window): Promise<void> {
  await press(window, "Send the first three");
  await window.sees("agree.");
  await press(window, "Upload the other");
  await window.until("some hundred records", () => {
    const sent = /Sent\s+([\d,]+)/.exec(document.body.innerText)?.[1] ?? "0";
    return Number(sent.replace(",", "")) > 200;
  });
}

/** Everything that was to be sent is there, and nothing twice. */
async function expectEachOnce(url: string): Promise<void> {
  const there = await held(url);
  const counted = Object.entries(there).map(([dataset, names]) => [
    dataset,
    names.length,
    new Set(names).size,
  ]);
  expect(counted).toEqual(Object.entries(SENT).map(([dataset, count]) => [dataset, count, count]));
}

/** The customers that a practice destination was told to make, by what it keeps. */
function customersSent(path: string): string[] {
  interface Line {
    method: string;
    route: string;
    body: string;
  }
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const made = lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ method, route }) => method === "POST" && route === "/customers");
  return made.map(({ body }) => (JSON.parse(body) as { external_id: string }).external_id);
}
