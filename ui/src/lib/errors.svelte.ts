// What could not be done, for the one error dialog. A failure is shown there when work cannot go on; whoever can say it in
// the place itself catches it before.
import type { ApiError } from "../generated/bindings";
import { said } from "./text/engine";
import { t } from "./text/text.svelte";

export interface Failure {
  error: ApiError;
  /** Ends the dialog: the same again, or not. */
  decide: (again: boolean) => void;
}

const state = $state<{ failure: Failure | null }>({ failure: null });

export function failure(): Failure | null {
  return state.failure;
}

/** Does the work until it succeeds or the user has enough of trying; `undefined` then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(await wantsAgain(asApiError(error)))) return undefined;
    }
  }
}

/** Errors of the program are plain values; anything else is a mistake of the page. */
export function asApiError(error: unknown): ApiError {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error)
    return error as ApiError;
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message, hint: t("errors.internal_hint") };
}

/** An engine message in the user's language, as a sentence: capital first, full stop last. */
export function sentence(message: string): string {
  const text = said(message.trim());
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}

function wantsAgain(error: ApiError): Promise<boolean> {
  // The user stopped it: that is no news.
  if (error.code === "stopped") return Promise.resolve(false);
  state.failure?.decide(false);
  return new Promise((resolve) => {
    const decide = (again: boolean): void => {
      state.failure = null;
      resolve(again);
    };
    state.failure = { error, decide };
  });
}
