// ↑ ↓ Home End in a list of rows of which one has the focus.

/** Hands on the row a key leads to from the row `index` of `count`, and takes the key. Whether it was such a key. */
export function toRow(
  event: KeyboardEvent,
  index: number,
  count: number,
  move: (index: number) => void,
): boolean {
  const keys: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: count - 1,
  };
  const to = keys[event.key];
  if (to === undefined || event.ctrlKey || event.altKey) return false;
  event.preventDefault();
  move(Math.max(0, Math.min(count - 1, to)));
  return true;
}
