// The command line beside the window: it prepares what a test is not about, and is the practice destination that outlives the
// window.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import type { Home } from "./window.ts";

const PROGRAM =
  process.env["CARRYOVER_PROGRAM"] ?? resolve(import.meta.dirname, "../../target/debug/carryover");

/** A practice destination that is being served. */
export interface Server {
  url: string;
  organisation: string;
  key: string;
  process: ChildProcess;
}

/** Runs the command line in a home and gives what it printed. With a key, that is what it is asked for. */
export function carryover(home: Home, args: string[], key = ""): string {
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

/** Serves the practice destination until its process is killed. */
export function serve(faults: string[] = []): Promise<Server> {
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

/** Lets a home know a server under a name; the key goes to the keychain. */
export function connect(home: Home, name: string, server: Server, environment = "practice"): void {
  const to = ["--url", server.url, "--organisation", server.organisation, "--environment", environment];
  carryover(home, ["connect", "add", name, ...to], server.key);
}
