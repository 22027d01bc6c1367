// Long work under way: numbered, with how far it is and how fast, and a way to stop it. Rate and rest are measured here;
// the program only counts.
import type { Progress } from "../generated/bindings";
import { platform } from "./platform/platform";

export interface Task {
  id: number;
  /** What is worked on now, such as the name of a file. */
  what: string;
  done: number;
  of: number | null;
  /** Rows a second since the beginning; 0 while nothing can be said. */
  rate: number;
  /** Until the end; `null` where the end is not known. */
  secondsLeft: number | null;
}

const tasks = $state<Record<number, Task>>({});
const begun = new Map<number, number>();
let last = 0;

export function task(id: number | null): Task | null {
  return id === null ? null : (tasks[id] ?? null);
}

/** Runs work under a number of its own and forgets it when it has ended, well or not. */
export async function run<T>(work: (id: number) => Promise<T>, started?: (id: number) => void): Promise<T> {
  const id = ++last;
  tasks[id] = { id, what: "", done: 0, of: null, rate: 0, secondsLeft: null };
  begun.set(id, performance.now());
  started?.(id);
  try {
    return await work(id);
  } finally {
    delete tasks[id];
    begun.delete(id);
  }
}

export function stop(id: number): void {
  void platform.stopTask(id);
}

/** Takes in what the program tells. */
export function progressed({ task: id, what, done, of }: Progress): void {
  const seconds = (performance.now() - (begun.get(id) ?? performance.now())) / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  if (id in tasks) tasks[id] = { id, what, done, of, rate, secondsLeft: of !== null && rate > 0 ? (of - done) / rate : null };
}
