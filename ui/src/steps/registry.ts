// Which screen belongs to which step. A step is added by its folder and a line here.
import type { Component } from "svelte";
import type { StepId } from "../lib/steps";

type Screen = () => Promise<{ default: Component }>;

export const screens: Record<StepId, Screen> = {
  files: () => import("./Files/Files.svelte"),
  match: () => import("./Match/Match.svelte"),
  review: () => import("./Review/Review.svelte"),
  tieOut: () => import("./TieOut/TieOut.svelte"),
  upload: () => import("./Upload/Upload.svelte"),
  report: () => import("./Report/Report.svelte"),
};
