// The connections as the program lists them, what their keys end in, and what came of their tests. Tests are not kept:
// an account may have changed since.
import type { ApiError, Check, ConnectionFault, ListedConnection } from "../generated/bindings";
import { destinationName, inWordsOf } from "../lib/destinations";
import { asApiError, attempt } from "../lib/errors.svelte";
import { platform } from "../lib/platform/platform";
import { run } from "../lib/tasks.svelte";
import { t } from "../lib/text/text.svelte";

export interface Test {
  task: number;
  checks: Check[];
  running: boolean;
  /** The test could not be done, such as for a locked keychain. */
  error: ApiError | null;
}

export type KeyShown = { ending: string | null } | { error: ApiError };

interface Connections {
  list: ListedConnection[] | null;
  tests: Record<string, Test>;
  keys: Record<string, KeyShown>;
}

export const connections = $state<Connections>({ list: null, tests: {}, keys: {} });

export async function load(): Promise<void> {
  connections.list = (await attempt(platform.connections)) ?? [];
}

export function find(name: string): ListedConnection | undefined {
  return connections.list?.find((connection) => connection.name === name);
}

/** What is wrong with a field of the form, and how to write it. */
export function faultText(fault: ConnectionFault | null, destination: string): string | null {
  if (fault === null) return null;
  if (fault === "not_an_id") return inWordsOf(destination, "connections.fault_not_an_id");
  return t(`connections.fault_${fault}`, { example: inWordsOf(destination, "connections.addressLike") });
}

export function displayName(connection: ListedConnection): string {
  const destination = destinationName(connection.destination);
  return connection.built_in ? t("connections.builtInName", { destination }) : connection.name;
}

/** Asks the keychain how the key ends. A keychain that is locked is told in the place, and can be tried again. */
export async function lookAtKey(name: string): Promise<void> {
  if (find(name)?.built_in) return;
  try {
    connections.keys[name] = { ending: await platform.connectionKey(name) };
  } catch (error) {
    connections.keys[name] = { error: asApiError(error) };
  }
}

export async function test(name: string): Promise<void> {
  let task = 0;
  const started = (id: number): void => {
    task = id;
    connections.tests[name] = { task, checks: [], running: true, error: null };
  };
  try {
    const { checks } = await run(started, (id) => platform.testConnection(id, name));
    end(name, task, { checks, error: null });
  } catch (error) {
    end(name, task, { checks: [], error: asApiError(error) });
  }
}

/** A check was decided while the test goes on. */
export function checkTold(task: number, check: Check): void {
  const running = Object.values(connections.tests).find((test) => test.task === task && test.running);
  running?.checks.push(check);
}

export type Verdict = "none" | "running" | "ready" | "warned" | "failed";

export function verdict(name: string): Verdict {
  const test = connections.tests[name];
  if (!test) return "none";
  if (test.running) return "running";
  if (test.error || failures(test) > 0) return "failed";
  return test.checks.some(({ state }) => state === "warned") ? "warned" : "ready";
}

/** The account can be used, if perhaps after a look. */
export function isUsable(name: string): boolean {
  return ["ready", "warned"].includes(verdict(name));
}

export function failures(test: Test): number {
  return test.checks.filter(({ state }) => state === "failed").length;
}

/** Forgets what was known of a connection that has changed. */
export function forget(name: string): void {
  const without = <T>(known: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(known).filter(([other]) => other !== name));
  connections.tests = without(connections.tests);
  connections.keys = without(connections.keys);
}

// A newer test of the same connection has taken its place.
function end(name: string, task: number, result: Pick<Test, "checks" | "error">): void {
  if (connections.tests[name]?.task === task) connections.tests[name] = { task, running: false, ...result };
}
