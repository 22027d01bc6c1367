// Which of the dialogs that any screen can open is open.

export type DialogName = "about" | "help" | "newMigration" | "shortcuts";

const state = $state<{ open: DialogName | null }>({ open: null });

export function isOpen(name: DialogName): boolean {
  return state.open === name;
}

export function show(name: DialogName): void {
  state.open = name;
}

export function hide(): void {
  state.open = null;
}
