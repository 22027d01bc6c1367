// docs/WINDOW_SPEED.md: what was measured in the window, its target, and the machine in general words.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { median, quantile, type Took } from "./stopwatch.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/WINDOW_SPEED.md");

export interface Line {
  what: string;
  /** Milliseconds, or frames a second. */
  result: string;
  target: string;
  met: boolean;
  detail: string;
}

export interface Click {
  what: string;
  took: Took[];
}

/** A time that shall stay below `limit`, taken several times. */
export function within(what: string, times: number[], limit: number): Line {
  const middle = median(times);
  return {
    what,
    result: ms(middle),
    target: `< ${ms(limit)}`,
    met: middle < limit,
    detail: `slowest of ${times.length}: ${ms(Math.max(...times))}`,
  };
}

/** Frames a second, from the times between frames. */
export function fluent(what: string, times: number[], least: number): Line {
  const rate = (times.length * 1000) / times.reduce((sum, time) => sum + time, 0);
  return {
    what,
    result: `${Math.round(rate)} a second`,
    target: `≥ ${least} a second`,
    met: rate >= least,
    detail: `19 of 20 frames within ${ms(quantile(times, 0.95))}, longest ${ms(Math.max(...times))}`,
  };
}

export function write(lines: Line[], clicks: Click[], answeredWithin: number): void {
  const words = [
    "# How fast the window is",
    "",
    `Written by \`cargo xtask speed\` on ${machine()}, drawn by the processor (no graphics card), the release build, a screen of`,
    "1400 × 1000. The migration holds 1,000,000 usage events and 10,000 customers; 100,000 events break one of five rules.",
    "Times run from the press of a key or button to the frame that shows what was asked for, as the page's own clock has",
    "them. The middle of several runs counts; milliseconds mean nothing on another machine.",
    "",
    "| | result | target | | behind it |",
    "| --- | ---: | --- | --- | --- |",
    ...lines.map(
      ({ what, result, target, met, detail }) =>
        `| ${what} | **${result}** | ${target} | ${met ? "met" : "missed"} | ${detail} |`,
    ),
    "",
    "## Clicks",
    "",
    `Answered: the first frame in which anything changes, within ${ms(answeredWithin)}. Shown: the frame with what the click is for; where`,
    "that is long work, progress is shown meanwhile.",
    "",
    "| | answered | | shown |",
    "| --- | ---: | --- | ---: |",
    ...clicks.map(({ what, took }) => {
      const answered = median(took.map((one) => one.answered));
      const shown = median(took.map((one) => one.shown));
      return `| ${what} | **${ms(answered)}** | ${answered < answeredWithin ? "met" : "missed"} | ${ms(shown)} |`;
    }),
    "",
  ];
  writeFileSync(PAGE, words.join("\n"));
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}

/** System and number of processor cores. No name of it. */
function machine(): string {
  const release = readFileSync("/etc/os-release", "utf8");
  const system = /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1] ?? process.platform;
  return `${system}, ${availableParallelism()} cores`;
}
