// Messages after an action: what happened to how many, with a way back. One at a time; the newest counts.

export interface Toast {
  id: number;
  kind: "ok" | "warning";
  text: string;
  undo?: (() => void) | undefined;
}

const state = $state<{ toast: Toast | null }>({ toast: null });
let last = 0;

export function toast(): Toast | null {
  return state.toast;
}

export function say(text: string, options: { kind?: Toast["kind"]; undo?: () => void } = {}): void {
  state.toast = { id: ++last, kind: options.kind ?? "ok", text, undo: options.undo };
}

export function dismissToast(id: number): void {
  if (state.toast?.id === id) state.toast = null;
}
