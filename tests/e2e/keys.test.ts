// Keys and keychains that do not do what they should, in the real window: what happened and what to do is on the screen, and
// once it is mended the same window goes on.
import { startBus, type Bus } from "./bus.ts";
import { connect, eachWithServers, eachWithTheSampleReady, type Server } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import type { Window } from "./window.ts";

const NAME = "Brackwater Analytics";

let server: Server;
let bus: Bus;

const serve = eachWithServers();

// Before the desk is asked for: the window is to be gone when its bus goes.
afterEach(() => bus.stop());

const desk = eachAtADesk();
const ready = eachWithTheSampleReady();

beforeEach(async () => {
  [server, bus] = await Promise.all([serve(), startBus()]);
  Object.assign(desk.home.env, bus.env);
  await bus.keychain("open");
});

test("a key that is not accepted: the check says so, another key goes on", async () => {
  connect(desk.home, NAME, server, "sandbox_of_somebody_else");
  const window = await openUpload();
  await window.click("radio", NAME);
  await window.sees("1 of 6 failed");
  await window.sees("does not accept this key");
  await window.sees("Make a new one in Zenskar under Settings and enter it here.");
  await window.screenshot("upload-key-refused-light");
  await enterKey(window);
});

test("a key that is gone from the keychain is asked for again", async () => {
  connect(desk.home, NAME, server);
  bus.forgetKey(NAME);
  const window = await openUpload();
  await window.click("radio", NAME);
  await window.sees(`No key is kept for the connection “${NAME}”.`);
  await window.sees("Enter the key…");
  await window.screenshot("upload-key-missing-light");
  await enterKey(window, "Enter the key…");
});

test("a locked keychain is explained; unlocked, the same window goes on", async () => {
  connect(desk.home, NAME, server);
  await bus.keychain("locked");
  const window = await openUpload();
  await window.click("radio", NAME);
  await window.sees("The keychain is locked.");
  await window.sees("Carryover need not be restarted.");
  await window.screenshot("upload-keychain-locked-light");
  expect(await window.axe()).toEqual([]);
  await window.click("button", "Try again");
  await window.sees("The keychain is locked.");
  await bus.keychain("open");
  await window.click("button", "Try again");
  await isReady(window);
});

test("without any keychain a key is not kept; with one, it is", async () => {
  await bus.keychain("none");
  const window = await openUpload();
  await window.click("button", "Add a connection…");
  await fill(window, "Name", NAME);
  await fill(window, "Host", server.url);
  await fill(window, "Organisation id", server.organisation);
  await fill(window, "Key", server.key);
  await window.press("Enter");
  await window.sees("This computer has no keychain that Carryover can reach.");
  await bus.keychain("open");
  await window.click("button", "Save");
  await isReady(window);
});

test("a server that is not there: the check says so; when it is there, the test passes", async () => {
  connect(desk.home, NAME, server);
  await server.kill();
  const window = await openUpload();
  await window.click("radio", NAME);
  await window.sees("nothing answers at its address");
  await window.sees("Check the internet connection, the proxy and the address, then test again.");
  await window.screenshot("upload-not-reached-light");
  server = await serve({ port: Number(new URL(server.url).port) });
  await window.click("button", "Test again");
  await isReady(window);
});

async function openUpload(): Promise<Window> {
  const window = await desk.start([ready(desk.home)]);
  await window.until("the migration", () => document.title.includes("(practice)"));
  await window.press("Alt", "5");
  return window;
}

/** Enters the right key, and the test passes. */
async function enterKey(window: Window, button = "Replace key…"): Promise<void> {
  await window.click("button", button);
  await window.until("the field", () => document.activeElement?.getAttribute("type") === "password");
  await window.type(server.key);
  await window.press("Control", "Enter");
  await isReady(window);
}

async function isReady(window: Window): Promise<void> {
  await window.sees("Records can be written");
  await window.until("the way on", () => document.querySelector("[data-primary]:enabled") !== null);
}

async function fill(window: Window, label: string, text: string): Promise<void> {
  await window.click("textbox", label);
  await window.press("Control", "a");
  await window.type(text);
}
