// A message bus of one test's own, with nothing on it but what the test starts: a keychain that is open or locked, or none.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

/** Guards nothing. */
const PASSWORD = "practice";

/** Starts nothing by itself, as the desktop's own bus would. */
const WITHOUT_SERVICES = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
  </busconfig>`;

export interface Bus {
  /** For the programs that shall be on it. */
  env: Record<string, string>;
  /** Starts the keychain, with its password or without; the one that runs is ended. Its keys are kept from one to the next. */
  keychain: (state: "open" | "locked" | "none") => Promise<void>;
  /** Takes the key of a connection out of the keychain, behind the program's back. */
  forgetKey: (connection: string) => void;
  stop: () => Promise<void>;
}

export async function startBus(): Promise<Bus> {
  const home = mkdtempSync(join(tmpdir(), "carryover-bus-"));
  const config = join(home, "bus.conf");
  writeFileSync(config, WITHOUT_SERVICES);
  const daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(daemon.stdout, "data")) as [Buffer];
  const env = { DBUS_SESSION_BUS_ADDRESS: line.toString().trim() };
  let keychain: ChildProcess | null = null;
  const end = async (child: ChildProcess | null): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  return {
    env,
    keychain: async (state) => {
      await end(keychain);
      keychain = state === "none" ? null : startKeychain(home, env, state === "open");
      await until(`the keychain to be ${state}`, () =>
        Promise.resolve(isOwned(env, "org.freedesktop.secrets") === (state !== "none")),
      );
    },
    forgetKey: (connection) => {
      const all = { ...process.env, ...env };
      execFileSync("secret-tool", ["clear", "service", "carryover", "username", connection], { env: all });
    },
    stop: async () => {
      await end(keychain);
      await end(daemon);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Without a screen nobody can be asked for the password, as after a log-in that did not open the keychain. */
function startKeychain(home: string, env: Record<string, string>, isOpen: boolean): ChildProcess {
  const rest: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: join(home, "data"),
    ...env,
  };
  delete rest["DISPLAY"];
  const args = ["--foreground", "--components=secrets", ...(isOpen ? ["--unlock"] : ["--start"])];
  const child = spawn("gnome-keyring-daemon", args, { stdio: ["pipe", "ignore", "ignore"], env: rest });
  child.stdin.end(isOpen ? PASSWORD : "");
  return child;
}

function isOwned(env: Record<string, string>, name: string): boolean {
  const question = [
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.DBus",
    "/",
    "org.freedesktop.DBus.NameHasOwner",
  ];
  const answer = spawnSync("dbus-send", [...question, `string:${name}`], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return answer.stdout.includes("boolean true");
}
