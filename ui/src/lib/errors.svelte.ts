// What could not be done, for the one error dialog. A failure is shown there when work cannot go on; whoever can say it in
// the place itself catches it before.
import type { ApiError } from "../generated/bindings";

export interface Failure {
  error: ApiError;
  /** Does the same again; absent where that makes no sense. */
  again?: (() => void) | undefined;
}

const state = $state<{ failure: Failure | null }>({ failure: null });

export function failure(): Failure | null {
  return state.failure;
}

export function showFailure(error: unknown, again?: () => void): void {
  const known = asApiError(error);
  // The user stopped it: that is no news.
  if (known.code !== "stopped") state.failure = { error: known, again };
}

export function dismissFailure(): void {
  state.failure = null;
}

/** Does the work; what goes wrong is shown, with the offer to try again. `undefined` then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    showFailure(error, () => void attempt(work));
    return undefined;
  }
}

/** Errors of the program are plain values; anything else is a mistake of the page. */
export function asApiError(error: unknown): ApiError {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error)
    return error as ApiError;
  return { code: "internal", message: error instanceof Error ? error.message : String(error), hint: "" };
}

/** An engine message as a sentence: capital first, full stop last. */
export function sentence(message: string): string {
  const text = message.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}
