// The command line, for what a test needs before its window opens: a migration that is ready to upload, a connection, and the
// practice destination as a program of its own, which outlives a window.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { until } from "./until.ts";
import { makeHome, type Home } from "./window.ts";

const PROGRAM =
  process.env["CARRYOVER_PROGRAM"] ?? resolve(import.meta.dirname, "../../target/debug/carryover");
export const SAMPLE = resolve(import.meta.dirname, "../../fixtures/sample");

/** Runs the command line to its end and gives what it printed. With a key, that is what it is asked for. */
export function command(home: Home, args: string[], key = ""): string {
  const answer = spawnSync(PROGRAM, ["--as-of", "2026-10-12", ...args], {
    encoding: "utf8",
    input: `${key}\n`,
    ...inHome(home),
  });
  // 1 says that some rows have errors.
  if (answer.status !== 0 && answer.status !== 1) throw new Error(`${args.join(" ")}: ${answer.stderr}`);
  return answer.stdout;
}

/** Runs the command line until something is so, and ends it there at once, as a power cut does. */
export async function cutOff(home: Home, args: string[], when: () => Promise<boolean>): Promise<void> {
  const child = spawn(PROGRAM, args, { stdio: "ignore", ...inHome(home) });
  await until("the moment of the power cut", when);
  if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended by itself`);
  await kill(child);
}

function inHome(home: Home): { cwd: string; env: NodeJS.ProcessEnv } {
  const env = {
    ...process.env,
    ...home.env,
    HOME: home.path,
    CARRYOVER_CONFIG_DIR: home.settings,
    CARRYOVER_USER: "Maren Okafor",
  };
  return { cwd: home.path, env };
}

/** What a person sees as the migration's name. */
const NAME = "Brackwater billing history.carryover";

/** The sample, brought as far as said once for all tests of a file, so that they are about what comes after: read, then matched
    and checked, then settled. Gives the path of a home's own copy. */
export function eachWithTheSampleReady(
  stage: "read" | "checked" | "settled" = "settled",
): (home: Home) => string {
  let made: Home;
  beforeAll(() => {
    made = makeHome();
    read(made);
    if (stage !== "read") check(made);
    if (stage === "settled") settle(made);
  });
  afterAll(() => made.remove());
  return (home) => {
    const path = join(home.path, NAME);
    copyFileSync(join(made.path, NAME), path);
    return path;
  };
}

function read(home: Home): void {
  const run = (...args: string[]): string => command(home, args);
  run("new", NAME, "--to", "zenskar");
  for (const name of ["customers_export_2026-09-30.csv", "usage_jan-sep_2026.csv", "contracts 2026.xlsx"])
    run("import", "-m", NAME, join(SAMPLE, name));
}

function check(home: Home): void {
  command(home, ["map", "-m", NAME, "contracts", "--format", "start_date=dd/MM/yyyy"]);
  command(home, ["check", "-m", NAME]);
}

function settle(home: Home): void {
  const file = NAME;
  const run = (...args: string[]): string => command(home, args);
  for (const rule of ["reference", "ambiguous"])
    run("fix", "-m", file, "contracts", "--rule", rule, "--suggested");
  run("fix", "-m", file, "usage", "--rule", "unique", "--exclude", "--reason", "Export overlap on 31 May");
  const { rules } = JSON.parse(run("--json", "check", "-m", file)) as {
    rules: { dataset: string; rule: string; field: string; severity: string }[];
  };
  for (const { dataset, rule, field } of rules.filter(({ severity }) => severity === "error"))
    run(
      ...["fix", "-m", file, dataset, "--rule", rule, "--field", field],
      ...["--exclude", "--reason", "Cannot be loaded"],
    );
}

/** A practice destination that runs by itself. */
export interface Server {
  url: string;
  organisation: string;
  key: string;
  /** Ends it at once, as a power cut does. */
  kill: () => Promise<void>;
}

interface Wanted {
  faults?: string[];
  /** Any that is free unless said. */
  port?: number;
  /** The file that holds what it was sent. */
  keep?: string;
}

function serve({ faults = [], port = 0, keep }: Wanted = {}): Promise<Server> {
  const args = [
    "--json",
    "sandbox",
    "--port",
    String(port),
    ...faults.flatMap((fault) => ["--fault", fault]),
  ];
  const child = spawn(PROGRAM, keep ? [...args, "--keep", keep] : args, {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((listening, failed) => {
    child.once("error", failed);
    child.once("exit", () => failed(new Error("the practice destination ended by itself")));
    let text = "";
    child.stdout.on("data", (part: Buffer) => {
      text += part.toString();
      try {
        listening({ ...(JSON.parse(text) as Omit<Server, "kill">), kill: () => kill(child) });
      } catch {
        // Not all of it has come yet.
      }
    });
  });
}

/** `serve` for every test of a file: each server is ended behind its test. */
export function eachWithServers(): typeof serve {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  });
  return async (wanted) => {
    const server = await serve(wanted);
    servers.push(server);
    return server;
  };
}

/** Adds a connection to a server, with its key in the keychain. */
export function connect(
  home: Home,
  name: string,
  server: Server,
  key = server.key,
  environment: "practice" | "live" = "practice",
): void {
  const to = ["--url", server.url, "--organisation", server.organisation, "--environment", environment];
  command(home, ["connect", "add", name, ...to], key);
}

/** Sets the faults of a practice destination, such as `latency=30ms`. */
export async function setFaults(url: string, faults: string): Promise<void> {
  const answer = await fetch(`${url}/_practice/faults`, { method: "PUT", body: faults });
  if (!answer.ok) throw new Error(`${faults}: ${await answer.text()}`);
}

/** What a practice destination holds, each record by what names it. */
export async function held(url: string): Promise<Record<"customers" | "usage" | "contracts", string[]>> {
  interface Records {
    customers: { external_id: string }[];
    usage: Record<string, { data: { event_id: string } }[]>;
    contracts: { id: string }[];
  }
  const records = (await (await fetch(`${url}/_practice/records`)).json()) as Records;
  return {
    customers: records.customers.map((customer) => customer.external_id),
    usage: Object.values(records.usage).flatMap((events) => events.map((event) => event.data.event_id)),
    contracts: records.contracts.map((contract) => contract.id),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
