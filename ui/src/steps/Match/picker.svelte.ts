// Which list of columns is open, and what its choice is for. There is one list for the whole screen.
import type { FieldRow } from "../../generated/bindings";

interface Picker {
  field: FieldRow | null;
  /** What the list hangs from, and where the focus goes back to. */
  anchor: HTMLElement | null;
  /** The column is added to those the field has. */
  adds: boolean;
  /** Another file is chosen, not a column of this one. */
  elsewhere: boolean;
}

export const picker = $state<Picker>({ field: null, anchor: null, adds: false, elsewhere: false });

export function pick(field: FieldRow, anchor: HTMLElement | null, adds = false, elsewhere = false): void {
  Object.assign(picker, { field, anchor, adds, elsewhere });
}

export function closePicker(): void {
  picker.field = null;
}
