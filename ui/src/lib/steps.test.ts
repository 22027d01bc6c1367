import { expect, test } from "vitest";
import type { RecentMigration, Standing } from "../generated/bindings";
import { IN_REVIEW, JUST_READ, NO_FILES, recentMigrations } from "./platform/story";
import { LONGEST_DETAIL, stepStandings, STEPS, whereItStands, type Sending, type StepState } from "./steps";

const sent = (settled: number, of: number, broken_off = false): Partial<Standing> => ({
  upload: { settled, of, finished: settled === of, broken_off },
});
const SETTLED: Standing = { ...IN_REVIEW, errors: 0, warnings: 0, expected: 9, open_totals: 0 };

test.each<[string, Standing, StepState[], string]>([
  ["nothing yet", NO_FILES, ["todo", "todo", "todo", "todo", "todo", "todo"], "No files yet"],
  [
    "one question, which Files asks too",
    JUST_READ,
    ["attention", "attention", "todo", "todo", "todo", "todo"],
    "3 files, 1 question",
  ],
  [
    "one question, which only Match asks",
    { ...JUST_READ, file_questions: 0 },
    ["done", "attention", "todo", "todo", "todo", "todo"],
    "1 question",
  ],
  [
    "a field open",
    { ...JUST_READ, questions: 0, file_questions: 0, unmatched: 1 },
    ["done", "attention", "todo", "todo", "todo", "todo"],
    "1 field open",
  ],
  ["in review", IN_REVIEW, ["done", "done", "errors", "todo", "todo", "todo"], "111 errors"],
  [
    "only warnings",
    { ...IN_REVIEW, errors: 0 },
    ["done", "done", "attention", "todo", "todo", "todo"],
    "231 warnings",
  ],
  [
    "a total differs",
    { ...IN_REVIEW, errors: 0, warnings: 0, expected: 9, open_totals: 1 },
    ["done", "done", "done", "attention", "todo", "todo"],
    "1 total open",
  ],
  [
    "the first three are sent",
    { ...SETTLED, ...sent(3, 420_283) },
    ["done", "done", "done", "done", "todo", "todo"],
    "3 of 420,283 sent",
  ],
  [
    "some were corrected since",
    { ...SETTLED, ...sent(420_280, 420_283) },
    ["done", "done", "done", "done", "todo", "todo"],
    "99% sent",
  ],
  [
    "the upload was broken off",
    { ...SETTLED, ...sent(61, 100, true) },
    ["done", "done", "done", "done", "attention", "todo"],
    "Paused at 61%",
  ],
  [
    "all is sent",
    { ...SETTLED, ...sent(100, 100) },
    ["done", "done", "done", "done", "done", "todo"],
    "Not signed yet",
  ],
  [
    "a newer file was read since",
    { ...SETTLED, ...sent(0, 0), checked: false },
    ["done", "done", "todo", "done", "todo", "todo"],
    "Not signed yet",
  ],
  [
    "the preparer has signed",
    { ...SETTLED, ...sent(100, 100), signatures: 1 },
    ["done", "done", "done", "done", "done", "todo"],
    "Waiting for approval",
  ],
  [
    "both have signed",
    { ...SETTLED, ...sent(100, 100), signatures: 2 },
    ["done", "done", "done", "done", "done", "done"],
    "Closed",
  ],
])("the rail: %s", (_, standing, states, detail) => {
  const standings = stepStandings(standing);
  expect(STEPS.map((step) => standings[step].state)).toEqual(states);
  const details = STEPS.map((step) => standings[step].detail);
  if (detail) expect(details).toContain(detail);
  for (const text of details) expect(text.length).toBeLessThanOrEqual(LONGEST_DETAIL);
});

test.each<[Sending, StepState, string]>([
  ["running", "todo", "Sending, 61%"],
  ["paused", "attention", "Paused at 61%"],
  ["waiting", "attention", "Waits for Zenskar"],
])("the rail while an upload is %s", (sending, state, detail) => {
  const standing = { ...SETTLED, ...sent(61, 100) };
  expect(stepStandings(standing, sending, "Zenskar").upload).toEqual({ state, detail });
});

test("the list says in one line where each stands", () => {
  const lines = recentMigrations(new Date()).map((migration: RecentMigration) => {
    const { kind, text, action } = whereItStands(migration);
    return [kind, text, action];
  });
  expect(lines).toEqual([
    ["warning", "Review: 111 errors to settle", "open"],
    ["ok", "Closed and signed", "open"],
    ["paused", "Upload paused at 61%", "resume"],
    ["error", "File not found: moved or renamed", "find"],
    ["ok", "Closed and signed", "open"],
  ]);
});
