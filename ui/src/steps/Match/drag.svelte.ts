// A left-over column on its way to a field, under the pointer. The page does this itself: the window takes the system's
// drags for files.

/** Further than a hand trembles. */
const BEGINS_AFTER_PX = 5;

interface Drag {
  column: string | null;
  x: number;
  y: number;
  /** The field under the pointer. */
  over: string | null;
}

export const drag = $state<Drag>({ column: null, x: 0, y: 0, over: null });

/** Follows the pointer from a press on a column until it is let go. Esc lets nothing fall. */
export function grab(event: PointerEvent, column: string, drop: (field: string) => void): void {
  if (event.button !== 0) return;
  // Or the text under the pointer would be selected on the way.
  event.preventDefault();
  const [left, top] = [event.clientX, event.clientY];
  const move = ({ clientX: x, clientY: y }: PointerEvent): void => {
    if (!drag.column && Math.hypot(x - left, y - top) < BEGINS_AFTER_PX) return;
    Object.assign(drag, { column, x, y, over: fieldAt(x, y) });
  };
  const end = (): void => {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", escape, true);
    Object.assign(drag, { column: null, over: null });
  };
  const up = (): void => {
    const { column: moved, over } = drag;
    end();
    if (moved && over) drop(over);
    if (moved) swallowClick();
  };
  const escape = (key: KeyboardEvent): void => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    end();
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", escape, true);
}

/** What was dragged was not clicked. The click comes with the release, or not at all. */
function swallowClick(): void {
  const swallow = (click: MouseEvent): void => click.stopPropagation();
  window.addEventListener("click", swallow, true);
  setTimeout(() => window.removeEventListener("click", swallow, true));
}

function fieldAt(x: number, y: number): string | null {
  const row = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-field]");
  return row?.dataset["field"] ?? null;
}
