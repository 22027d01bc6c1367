// Long work under way: numbered, with how far it is and how fast, and a way to stop it. Rate and rest are measured here;
// the program only counts.
import { SvelteMap } from "svelte/reactivity";
import type { Progress } from "../generated/bindings";
import { platform } from "./platform/platform";

export interface Task {
  id: number;
  /** What is worked on now, such as the name of a file. */
  what: string;
  done: number;
  of: number | null;
  /** By the clock of `performance`, in milliseconds. */
  began: number;
  /** Rows a second since the beginning; 0 while nothing can be said. */
  rate: number;
  /** Until the end; `null` where the end is not known. */
  secondsLeft: number | null;
}

const tasks = new SvelteMap<number, Task>();
let last = 0;

export function task(id: number): Task | null {
  return tasks.get(id) ?? null;
}

/** Runs work under a number of its own and forgets it when it has ended, well or not. `started` hears the number at once. */
export async function run<T>(started: (id: number) => void, work: (id: number) => Promise<T>): Promise<T> {
  const id = ++last;
  tasks.set(id, { id, what: "", done: 0, of: null, began: performance.now(), rate: 0, secondsLeft: null });
  started(id);
  try {
    return await work(id);
  } finally {
    tasks.delete(id);
  }
}

export function stop(id: number): void {
  void platform.stopTask(id);
}

/** Takes in what the program tells. */
export function progressed({ task: id, what, done, of }: Progress): void {
  const known = tasks.get(id);
  if (!known) return;
  const seconds = (performance.now() - known.began) / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  const secondsLeft = of !== null && rate > 0 ? (of - done) / rate : null;
  tasks.set(id, { ...known, what, done, of, rate, secondsLeft });
}
