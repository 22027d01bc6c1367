// What the Report screen shows: the tie-out as it stands, what was read back, the files, who signed.
import type { ReadBack, ReportLine, Role, SignOff, Totals, WrittenFile } from "../../generated/bindings";
import { asApiError, attempt } from "../../lib/errors.svelte";
import { platform } from "../../lib/platform/platform";
import { refresh, session } from "../../lib/session.svelte";
import { run } from "../../lib/tasks.svelte";
import { t } from "../../lib/text/text.svelte";

export type Work = "counting" | "reading" | "writing" | "signing";

export class Report {
  lines = $state<ReportLine[] | null>(null);
  files = $state<WrittenFile[]>([]);
  signOff = $state<SignOff>({ signatures: [], outdated_by: null });
  totals = $state<Totals | null>(null);
  readBack = $state<Record<string, ReadBack> | null>(null);
  /** What is under way, and its number for the progress. */
  work = $state<{ kind: Work; task: number } | null>(null);

  /** Long work has the migration; what became of every row is known when that has ended. */
  waits = $state(false);

  async load(): Promise<void> {
    const lines = await this.#under("counting", (task) => platform.reportLines(task).catch(this.#later));
    if (this.waits) return;
    this.lines = lines ?? [];
    this.files = (await attempt(platform.writtenFiles)) ?? [];
    this.signOff = (await attempt(platform.signOff)) ?? this.signOff;
    if (session.migration?.standing.checked) this.totals = (await attempt(platform.totals)) ?? null;
  }

  async readEverythingBack(): Promise<void> {
    const read = await this.#under("reading", (task) => platform.readBack(task));
    if (!read) return;
    this.readBack = read;
    void platform.notify(t("report.readBackDone"), session.migration?.name ?? "");
    await attempt(refresh);
  }

  async write(): Promise<void> {
    const written = await this.#under("writing", (task) => platform.writeReport(task));
    if (!written) return;
    this.files = written;
    void platform.notify(t("report.written"), session.migration?.name ?? "");
    await attempt(refresh);
  }

  /** Says whether it was signed. */
  async sign(role: Role, name: string, remark: string): Promise<boolean> {
    const signed = await this.#under("signing", (task) => platform.signReport(task, role, name, remark));
    if (!signed) return false;
    this.signOff = signed;
    await attempt(refresh);
    return true;
  }

  isClosed(): boolean {
    return (
      this.lines !== null &&
      this.lines.length > 0 &&
      this.lines.every(
        (line) => line.difference === 0 && line.money.every((money) => /^-?[0.]*$/.test(money.difference)),
      )
    );
  }

  rejected(): number {
    return (this.lines ?? []).reduce((sum, line) => sum + line.rejected, 0);
  }

  excluded(): number {
    return (this.lines ?? []).reduce((sum, line) => sum + line.excluded, 0);
  }

  signed(role: Role): SignOff["signatures"][number] | undefined {
    return this.signOff.signatures.find((signature) => signature.role === role);
  }

  #later = (error: unknown): never[] => {
    if (asApiError(error).code !== "working") throw error;
    this.waits = true;
    return [];
  };

  async #under<T>(kind: Work, work: (task: number) => Promise<T>): Promise<T | undefined> {
    const done = await attempt(() => run((task) => (this.work = { kind, task }), work));
    this.work = null;
    return done;
  }
}
