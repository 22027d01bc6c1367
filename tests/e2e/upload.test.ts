// Upload in the real window: the practice destination, a live account whose key goes to the real keychain, and every stage as
// axe sees it. What goes wrong on the way is in sending.test.ts and keys.test.ts.
import { connect, eachWithServers, eachWithTheSampleReady, setFaults } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { closeWindow } from "./desktop.ts";
import { inEveryLook } from "./look.ts";
import type { Window } from "./window.ts";

const desk = eachAtADesk();
const sample = eachWithTheSampleReady();
const serve = eachWithServers();

/** Upload of the settled sample. */
async function openUpload(file: string): Promise<Window> {
  const window = await desk.start([file]);
  // The name says so in each language.
  await window.until("the migration", () => document.title.includes("("));
  await window.press("Alt", "5");
  await window.until("the stages", () => document.querySelector("nav [aria-current=step]") !== null);
  return window;
}

async function planFor(window: Window, connection: string): Promise<void> {
  await window.click("radio", connection);
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await window.press("Control", "Enter");
  await window.until("the request", () => document.querySelector("pre") !== null);
}

test("practice: plan, first three, and everything is there", async () => {
  const window = await openUpload(sample(desk.home));
  await planFor(window, "Practice Zenskar");
  await window.sees("Not there yet");
  await window.sees("x-api-key");
  expect(await window.run(() => document.body.innerText.includes("sandbox_"))).toBe(false);
  await window.press("Control", "Enter");
  await window.sees("Three records are in. Look at them.");
  await window.press("Control", "Enter");
  await window.until("the end of the upload", () =>
    /The records are in|has ended/.test(document.body.innerText),
  );
  await window.press("Alt", "5");
  expect(await window.axe()).toEqual([]);
});

test("live: the key goes to the keychain, the name has to be typed, the bar is plum", async () => {
  const server = await serve();
  const window = await openUpload(sample(desk.home));
  await window.click("button", "Add a connection…");
  await fill(window, "Name", "Brackwater Analytics");
  await fill(window, "Host", server.url);
  await fill(window, "Organisation id", server.organisation);
  await fill(window, "Key", server.key);
  await window.click("radio", "Live");
  await window.press("Control", "Enter");
  await window.sees("Records can be written");
  await window.sees(`Ends in …${server.key.slice(-4)}`);
  expect(
    await window.run((key: string) => document.documentElement.outerHTML.includes(key), server.key),
  ).toBe(false);
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await window.press("Control", "Enter");
  await window.until("the plum bar", () => document.title.startsWith("LIVE: "));
  await window.until("the request", () => document.querySelector("pre") !== null);
  expect(await window.axe()).toEqual([]);
  await window.click("button", "Send the first three to LIVE…");
  await window.sees("Send three records to the live account?");
  await window.press("Enter");
  await window.press("Control", "Enter");
  await window.type("Brackwater Analytics");
  await window.sees("Matches");
  await window.click("button", "Send three to LIVE");
  await window.sees("Three records are in. Look at them.");
});

/** Waits until more than half is sent. Usage is slowed down: most rows go with its few requests. */
async function untilMostIsSent(window: Window, url: string): Promise<void> {
  const share = (share: number): boolean => {
    const bar = document.querySelector("[role=progressbar]");
    const of = (name: string): number => Number(bar?.getAttribute(name) ?? 0);
    return of("aria-valuenow") > share * of("aria-valuemax");
  };
  await window.until("a pause", () => document.querySelector("section tbody td") !== null);
  await setFaults(url, "latency=5ms");
  await window.until("the customers", share, 0.05);
  await setFaults(url, "latency=900ms");
  await window.until("more than half", share, 0.55);
}

async function fill(window: Window, label: string, text: string): Promise<void> {
  await window.click("textbox", label);
  await window.press("Control", "a");
  await window.type(text);
}

inEveryLook("every stage, paused and closing", desk, async (look) => {
  const file = sample(desk.home);
  const server = await serve({ faults: ["latency=20ms", "429=0.02", "retry-after=2"] });
  connect(desk.home, "Brackwater sandbox", server);
  const window = await openUpload(file);
  await look(window, "input[value], fieldset input");
  await window.click("radio", "Brackwater sandbox");
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await look(window, "table", "upload-connection");
  await window.press("Control", "Enter");
  await look(window, "pre", "upload");
  await window.press("Control", "Enter");
  await look(window, ".banner", "upload-first-three");
  await window.press("Control", "Enter");
  await untilMostIsSent(window, server.url);
  await look(window, "[role=progressbar]", "upload-progress");
  await window.press("Control", "p");
  await window.until("the pause", () => document.querySelector("nav .current .detail") !== null);
  await look(window, "[role=progressbar]");
  closeWindow();
  await look(window, "[role=dialog]");
});

inEveryLook("LIVE and its confirmation", desk, async (look) => {
  const file = sample(desk.home);
  const server = await serve();
  connect(desk.home, "Brackwater Analytics", server, server.key, "live");
  const window = await openUpload(file);
  await planFor(window, "Brackwater Analytics");
  await look(window, "header.live, .topbar.live, header", "upload-live");
  await window.run(() => [...document.querySelectorAll<HTMLElement>("footer .end button")].at(-1)?.click());
  await look(window, "[role=dialog] input", "upload-live-confirm");
});
