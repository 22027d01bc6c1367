// How long something takes as a person sees it: from the press of a key or button to the frame in which it shows.
import type { Window } from "./window.ts";

/** Milliseconds from the press. */
export interface Took {
  /** Until the first frame in which anything on the page answers. */
  answered: number;
  /** Until the frame that shows what was asked for. */
  shown: number;
}

/** An element that is in view, with exactly this text where one is given. */
export interface Sight {
  selector: string;
  text?: string;
}

/** Does something with mouse or keyboard and waits for what it is to show. */
export async function took(window: Window, act: () => Promise<void>, sight: Sight): Promise<Took> {
  await window.run(listen, sight.selector, sight.text ?? null);
  await act();
  return window.run(() => (globalThis as unknown as { took: Promise<Took> }).took);
}

/** Times from one frame to the next while `act` is under way. */
export async function frames(window: Window, act: () => Promise<void>): Promise<number[]> {
  await window.run(() => {
    const drawn: number[] = [];
    const next = (at: number): void => {
      drawn.push(at);
      if (drawn !== (globalThis as unknown as { drawn: number[] }).drawn) return;
      requestAnimationFrame(next);
    };
    Object.assign(globalThis, { drawn });
    requestAnimationFrame(next);
  });
  await act();
  const at = await window.run(() => {
    const { drawn } = globalThis as unknown as { drawn: number[] };
    Object.assign(globalThis, { drawn: [] });
    return drawn;
  });
  return at.slice(1).map((time, index) => time - (at[index] ?? time));
}

export function median(times: number[]): number {
  return quantile(times, 0.5);
}

export function quantile(times: number[], part: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

/** Runs in the page. The time of a press is that of its event; scripts that scroll count from their first scroll event. */
function listen(selector: string, text: string | null): void {
  let pressed = 0;
  let answered = 0;
  const press = (event: Event): void => {
    pressed ||= event.timeStamp;
  };
  const PRESSES = ["pointerup", "keydown", "scroll"];
  for (const kind of PRESSES) addEventListener(kind, press, { capture: true });
  /** Calls back once the frame that is being made has been drawn. */
  const drawn = (then: (at: number) => void): void => {
    requestAnimationFrame(() => setTimeout(() => then(performance.now())));
  };
  const isInView = (): boolean =>
    [...document.querySelectorAll(selector)].some((element) => {
      if (text !== null && element.textContent.trim() !== text) return false;
      const box = element.getBoundingClientRect();
      const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return box.height > 0 && seen !== null && (element.contains(seen) || seen.contains(element));
    });
  const changes = new MutationObserver(() => {
    if (pressed > 0 && answered === 0) drawn((at) => (answered ||= at));
  });
  changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const done = new Promise<Took>((resolve) => {
    const look = (): void => {
      if (pressed === 0 || !isInView()) return void requestAnimationFrame(look);
      drawn((at) => {
        changes.disconnect();
        for (const kind of PRESSES) removeEventListener(kind, press, { capture: true });
        resolve({ answered: Math.min(answered || at, at) - pressed, shown: at - pressed });
      });
    };
    look();
  });
  Object.assign(globalThis, { took: done });
}
