// Which screen belongs to which step. A step is added by its folder and a line here.
import type { Component } from "svelte";
import type { StepId } from "../lib/steps";

type Screen = () => Promise<{ default: Component }>;

const screens: Partial<Record<StepId, Screen>> = {
  files: () => import("./Files/Files.svelte"),
  match: () => import("./Match/Match.svelte"),
  review: () => import("./Review/Review.svelte"),
  tieOut: () => import("./TieOut/TieOut.svelte"),
  upload: () => import("./Upload/Upload.svelte"),
  report: () => import("./Report/Report.svelte"),
};

export function hasScreen(step: StepId): boolean {
  return step in screens;
}

export function screenOf(step: StepId): Screen | undefined {
  return screens[step];
}
