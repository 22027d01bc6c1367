// Upload in the real window: the practice destination, a live account whose key goes to the real keychain, and an upload
// that is cut off and continued.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeHome, prefer, startWindow, type Home, type Window } from "./window.ts";

const PROGRAM =
  process.env["CARRYOVER_PROGRAM"] ?? resolve(import.meta.dirname, "../../target/debug/carryover");
const SAMPLE = resolve(import.meta.dirname, "../../fixtures/sample");

interface Server {
  url: string;
  organisation: string;
  key: string;
  process: ChildProcess;
}

let home: Home;
let window: Window | null = null;
let server: Server | null = null;

let prepared: { path: string; remove: () => void };

beforeAll(() => {
  home = makeHome();
  prepare();
  prepared = { path: migration(), remove: home.remove };
});

afterAll(() => prepared.remove());

beforeEach(() => {
  home = makeHome();
});

afterEach(async () => {
  await window?.stop();
  server?.process.kill();
  [window, server] = [null, null];
  home.remove();
});

async function openUpload(): Promise<Window> {
  window = await startWindow(home, [migration()]);
  await window.until("the migration", () => document.title.includes("(practice)"));
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
  ready(home);
  const window = await openUpload();
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
  ready(home);
  server = await serve([]);
  const window = await openUpload();
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
  await window.click("button", "Upload to LIVE");
  await window.sees("Three records are in. Look at them.");
});

test("killed in mid-upload, it says where it stopped and goes on from there", async () => {
  ready(home);
  server = await serve(["latency=30ms"]);
  cli(["connect", "add", "Slow", "--url", server.url, "--organisation", server.organisation], server.key);
  const first = await openUpload();
  await planFor(first, "Slow");
  await first.press("Control", "Enter");
  await first.sees("Three records are in. Look at them.");
  await first.press("Control", "Enter");
  await first.sees("Uploading to Slow");
  await first.until("a hundred records", () => {
    const sent = /Sent\s+([\d,]+)/.exec(document.body.innerText)?.[1] ?? "0";
    return Number(sent.replace(",", "")) > 100;
  });
  await first.stop();
  window = await startWindow(home, [migration()]);
  await window.until("the migration", () => document.title.includes("(practice)"));
  await window.press("Alt", "5");
  await window.sees("The upload stopped at");
  await window.sees("Continue from there.");
  await window.press("Control", "Enter");
  await window.sees("Uploading to Slow");
});

for (const theme of ["light", "dark"] as const) {
  for (const language of ["en", "de"] as const) {
    test(`nothing axe objects to: ${theme}, ${language}`, async () => {
      prefer(home, { theme, language });
      ready(home);
      server = await serve(["latency=20ms", "429=0.02", "retry-after=2"]);
      cli(["connect", "add", "Slow", "--url", server.url, "--organisation", server.organisation], server.key);
      window = await startWindow(home, [migration()]);
      await window.until("the migration", () => document.title.length > 12);
      await window.press("Alt", "5");
      await look(window, "upload-connection", theme, language, "input[value], fieldset input");
      await window.click("radio", "Slow");
      await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
      await look(window, "upload-connection", theme, language, "table");
      await window.press("Control", "Enter");
      await look(window, "upload", theme, language, "pre");
      await window.press("Control", "Enter");
      await look(window, "upload-first-three", theme, language, ".banner");
      await window.press("Control", "Enter");
      await look(window, "upload-progress", theme, language, "[role=progressbar]");
    });
  }
}

/** Waits for what belongs on the screen, asks axe, keeps a picture. */
async function look(
  window: Window,
  name: string,
  theme: string,
  language: string,
  shown: string,
): Promise<void> {
  await window.until(`${shown} on ${name}`, (shown: string) => document.querySelector(shown) !== null, shown);
  expect(await window.axe()).toEqual([]);
  if (language === "en") await window.screenshot(`${name}-${theme}`);
}

async function fill(window: Window, label: string, text: string): Promise<void> {
  await window.click("textbox", label);
  await window.press("Control", "a");
  await window.type(text);
}

function migration(): string {
  return join(home.path, "m.carryover");
}

/** The sample, matched, checked and settled by the command line, so that this file is about the upload alone. */
function prepare(): void {
  const file = migration();
  cli(["new", file, "--to", "zenskar"]);
  for (const name of ["customers_export_2026-09-30.csv", "usage_jan-sep_2026.csv", "contracts 2026.xlsx"])
    cli(["import", "-m", file, join(SAMPLE, name)]);
  cli(["map", "-m", file, "contracts", "--format", "start_date=dd/MM/yyyy"]);
  cli(["check", "-m", file]);
  for (const rule of ["reference", "ambiguous"])
    cli(["fix", "-m", file, "contracts", "--rule", rule, "--suggested"]);
  cli(["fix", "-m", file, "usage", "--rule", "unique", "--exclude", "--reason", "Export overlap on 31 May"]);
  const { rules } = JSON.parse(cli(["--json", "check", "-m", file])) as {
    rules: { dataset: string; rule: string; field: string; severity: string }[];
  };
  for (const { dataset, rule, field } of rules.filter(({ severity }) => severity === "error"))
    cli([
      ...["fix", "-m", file, dataset, "--rule", rule, "--field", field],
      ...["--exclude", "--reason", "Cannot be loaded"],
    ]);
}

function ready(home: Home): void {
  copyFileSync(prepared.path, join(home.path, "m.carryover"));
}

/** Runs the command line. With a key, that is what it is asked for. */
function cli(args: string[], key = ""): string {
  const answer = spawnSync(PROGRAM, ["--as-of", "2026-10-12", ...args], {
    encoding: "utf8",
    input: `${key}\n`,
    cwd: home.path,
    env: {
      ...process.env,
      HOME: home.path,
      CARRYOVER_CONFIG_DIR: home.settings,
      CARRYOVER_USER: "Maren Okafor",
    },
  });
  // 1 says that some rows have errors.
  if (answer.status !== 0 && answer.status !== 1) throw new Error(`${args.join(" ")}: ${answer.stderr}`);
  return answer.stdout;
}

/** The practice destination as a program of its own, so that it outlives the window. */
function serve(faults: string[]): Promise<Server> {
  const args = ["--json", "sandbox", "--port", "0", ...faults.flatMap((fault) => ["--fault", fault])];
  const child = spawn(PROGRAM, args, { stdio: ["ignore", "pipe", "ignore"] });
  return new Promise((listening, failed) => {
    child.once("error", failed);
    let text = "";
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString();
      try {
        listening({ ...(JSON.parse(text) as Omit<Server, "process">), process: child });
      } catch {
        // Not all of it has come yet.
      }
    });
  });
}
