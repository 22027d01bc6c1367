// Files dropped on the window: a migration is opened; data files go to whoever is on screen and takes them, or else they
// start a new migration.
import type { Dropped } from "../generated/bindings";
import { show } from "../shell/dialogs.svelte";
import { open } from "./session.svelte";

type Taker = (files: Dropped[]) => void;

let taker: Taker | null = null;
const state = $state<{ waiting: Dropped[] }>({ waiting: [] });

/** Takes dropped files, also those that hold no table so that they can be named, for as long as a screen is shown. Returns how to stop, as an effect wants it. */
export function takeDrops(take: Taker): () => void {
  taker = take;
  return () => {
    if (taker === take) taker = null;
  };
}

export function received(files: Dropped[]): void {
  const migration = files.find((file) => file.kind === "migration");
  const tables = files.filter((file) => file.kind === "table");
  if (migration) void open(migration.path);
  else if (taker) taker(files);
  else if (tables.length > 0) {
    state.waiting = tables;
    show("newMigration");
  }
}

/** Files that wait for the new migration. */
export function waitingFiles(): Dropped[] {
  return state.waiting;
}

export function noneWaiting(): void {
  state.waiting = [];
}
