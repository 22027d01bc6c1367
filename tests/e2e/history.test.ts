// The history of runs in the real window: the list, a record with its calls, and a run taken back at the practice destination
// after somebody changed one of its records.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, connect, cutOff, eachWithServers, held, setFaults, type Server } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const serve = eachWithServers();

const FILE = "Brackwater.carryover";
const NAMES = [
  "Hoorn Vandlab ApS",
  "Mosel Analytik GmbH",
  "Neckar Labor AG",
  "Oker Umwelt GmbH",
  "Peene Messtechnik",
];

/** A small migration, uploaded by the first three and then the rest; the history is shown. */
async function uploaded(): Promise<[Window, Server]> {
  const server = await sent();
  return [await shown(), server];
}

/** The same, with the taking back of run 2 cut off before it has come to the customers. */
async function cutOffUndo(): Promise<Window> {
  const server = await sent();
  await setFaults(server.url, "latency=200ms");
  const undo = ["undo", "-m", FILE, "--run", "2", "--yes"];
  const contracts = async (): Promise<number> => (await held(server.url)).contracts.length;
  await cutOff(desk.home, undo, async () => (await contracts()) < NAMES.length);
  await setFaults(server.url, "latency=0ms");
  return shown();
}

async function sent(): Promise<Server> {
  const { home } = desk;
  const file = FILE;
  const rows = (head: string, row: (name: string, index: number) => string): string =>
    [head, ...NAMES.map(row)].join("\n");
  const day = "2026-03-01T10:00:00Z";
  const end = "EUR,2026-01-01,2026-12-31,100,P1M";
  const files = {
    customers: rows(
      "Customer No,Name,E-mail",
      (name, index) => `0010${index},${name},ap${index}@lab.example`,
    ),
    usage: rows("Event ID,Account No,Time,Quantity", (_, index) => `e${index},0010${index},${day},4`),
    contracts: rows(
      "Contract,Customer Number,Product,Currency,Start,End,Unit Amount,Billing Period",
      (_, index) => `K-${index},0010${index},Fee,${end}`,
    ),
  };
  command(home, ["new", file, "--to", "zenskar"]);
  for (const [dataset, text] of Object.entries(files)) {
    writeFileSync(join(home.path, `${dataset}.csv`), text);
    command(home, ["import", "-m", file, `${dataset}.csv`, "--as", dataset]);
  }
  command(home, ["check", "-m", file]);
  const server = await serve();
  connect(home, "Practice account", server);
  const upload = ["upload", "-m", file, "--with", "Practice account"];
  command(home, [...upload, "--first", "3"]);
  command(home, upload);
  return server;
}

async function shown(): Promise<Window> {
  const window = await desk.start([join(desk.home.path, FILE)]);
  await window.until("the migration", () => document.querySelector("nav") !== null);
  // The first beside the steps; its name is that of the language.
  await window.clickOn("nav .aside");
  await window.until("the runs", () => document.querySelector("main table tbody td") !== null);
  return window;
}

async function openNewest(window: Window): Promise<void> {
  await window.run(() => document.querySelector<HTMLElement>("main tbody tr")?.focus());
  await window.press("Enter");
  await window.until("the records", () => document.querySelector("main aside pre") !== null);
}

/** Somebody renames the customer with this number at the destination. */
async function rename({ url, key, organisation }: Server, number: string): Promise<void> {
  const headers = {
    "x-api-key": key,
    organisation,
    apiversion: "20230501",
    "content-type": "application/json",
  };
  const found = (await (await fetch(`${url}/customers?external_id=${number}`, { headers })).json()) as {
    results: { id: string }[];
  };
  const body = JSON.stringify({ customer_name: "Renamed over there" });
  const answer = await fetch(`${url}/customers/${found.results[0]?.id ?? ""}`, {
    method: "PATCH",
    headers,
    body,
  });
  if (!answer.ok) throw new Error(await answer.text());
}

test("a record is found by its key, its calls are shown without the key, and the run is taken back", async () => {
  const [window, server] = await uploaded();
  await window.sees("The first few");
  await openNewest(window);
  await window.sees("Run 2");
  const [kept, changed] = ["00103", "00104"];
  await window.press("/");
  await window.type(kept);
  // The customer, and the events that travelled together.
  await window.until("what fits", () => document.querySelectorAll("main tbody tr").length === 2);
  await window.sees("POST · 200");
  await window.sees(`"external_id": "${kept}"`);
  expect(
    await window.run((key: string) => document.documentElement.outerHTML.includes(key), server.key),
  ).toBe(false);
  await rename(server, changed);
  await window.click("button", "Take back this run…");
  await window.sees("Take back run 2?");
  await window.sees("It was changed in Zenskar since (“customer_name”).");
  const title = await window.run(
    () =>
      [...document.querySelectorAll("[role=dialog] .dialog-foot button")].at(-1)?.textContent?.trim() ?? "",
  );
  await window.click("button", title);
  await window.sees("Run 2 was taken back");
  await window.press("Control", "Enter");
  await window.sees("Taken back by run 3");
});

test("taking back that was cut off says how far it came, and is gone on with from every screen that has to do with it", async () => {
  const window = await cutOffUndo();
  await window.sees("Cut off");
  await window.sees("Taking back run 2 was cut off");
  await openNewest(window);
  await window.sees("Run 3");
  await window.sees("deleted so far");
  await window.press("Alt", "6");
  await window.sees("Taking back run 2 was cut off");
  await window.press("Alt", "5");
  await window.sees("Taking back run 2 was cut off");
  await window.click("button", "Go on taking it back…");
  await window.sees("Go on taking back run 2?");
  const go = "[role=dialog] .dialog-foot button:last-child:enabled";
  await window.until("what is left", (go: string) => document.querySelector(go) !== null, go);
  await window.clickOn(go);
  await window.sees("Run 2 was taken back");
  await window.press("Control", "Enter");
  await window.seesNoMore("was cut off");
});

inEveryLook("taking back that was cut off", desk, async (look) => {
  const window = await cutOffUndo();
  await look(window, "main .banner", "history-cut-off");
  await window.press("Alt", "5");
  await look(window, "main .banner", "upload-cut-off");
});

inEveryLook("the history of runs", desk, async (look) => {
  const [window] = await uploaded();
  await look(window, "main tbody tr", "history");
  await openNewest(window);
  await look(window, "main aside pre", "history-run");
  await window.clickOn("footer .end button");
  await look(window, "[role=dialog] .groups li", "history-undo");
});
