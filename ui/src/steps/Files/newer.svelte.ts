// A newer file for a card: chosen, read and held against what was read before; then put in its place, or left. What it
// would do is known before anything is changed.
import type { Dropped, FileCard, Imported, Newer } from "../../generated/bindings";
import { asApiError, attempt, sentence } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { run, stop } from "../../lib/tasks.svelte";
import { enter, refusalText } from "./files.svelte";

export class NewerFile {
  /** The number of the reading, while there is one. */
  task = $state<number | null>(null);
  newer = $state<Newer | null>(null);
  /** Why it cannot take the place; empty as long as nothing speaks against it. */
  refusal = $state("");
  busy = $state(false);
  /** It is in its place. */
  taken = $state<Imported | null>(null);

  constructor(
    readonly card: FileCard,
    readonly file: Dropped,
  ) {}

  async read(): Promise<void> {
    const { card, file } = this;
    try {
      const outcome = await run(
        (task) => (this.task = task),
        (task) => platform.readNewer(task, card.source, file.path),
      );
      this.newer = outcome.newer;
      if (outcome.not_taken) this.refusal = refusalText(outcome.not_taken, file.name);
    } catch (error) {
      this.refusal = sentence(asApiError(error).message);
    }
    this.task = null;
  }

  async take(): Promise<void> {
    this.busy = true;
    try {
      const outcome = await platform.takeNewer(this.card.edits > 0);
      this.taken = outcome.taken;
      if (outcome.not_taken) this.refusal = refusalText(outcome.not_taken, this.file.name);
    } catch (error) {
      this.refusal = sentence(asApiError(error).message);
    }
    this.busy = false;
    await enter();
  }

  leave(): void {
    if (this.task !== null) stop(this.task);
    if (!this.taken) void attempt(platform.leaveNewer);
  }
}

const state = $state<{ open: NewerFile | null }>({ open: null });

/** The newer file the dialog is about. */
export const newerFile = (): NewerFile | null => state.open;

/** Asks for a newer file for a card, reads it, and shows how it differs. */
export async function chooseNewer(card: FileCard): Promise<void> {
  const file = await attempt(platform.chooseNewer);
  if (!file) return;
  state.open = new NewerFile(card, file);
  void state.open.read();
}

export function closeNewer(): void {
  state.open?.leave();
  state.open = null;
}
