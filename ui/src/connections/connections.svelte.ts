// The connections as the program lists them, what their keys end in, and what came of their tests. Tests are not kept:
// an account may have changed since.
import type { ApiError, Check, ListedConnection } from "../generated/bindings";
import { asApiError, attempt } from "../lib/errors.svelte";
import { platform } from "../lib/platform/platform";
import { run } from "../lib/tasks.svelte";
import { t } from "../lib/text/text.svelte";

/** The checks of a test, in order. */
export const CHECKS = ["reached", "key", "organisation", "read", "write", "environment"] as const;
export type CheckName = (typeof CHECKS)[number];

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

export function displayName(connection: ListedConnection): string {
  return connection.built_in ? t("connections.builtInName") : connection.name;
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
