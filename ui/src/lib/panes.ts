// F6: round the panes of the window — rail, body, panel, foot — in the order in which they stand. A pane is any element with
// `data-pane`; inside it the first control that can take the focus gets it, or else the pane itself.

const CONTROLS =
  "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex='0']";

export function focusNextPane(backwards: boolean): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter(
    (pane) => pane.getClientRects().length > 0,
  );
  if (panes.length === 0) return;
  const here = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next =
    here < 0
      ? backwards
        ? panes.length - 1
        : 0
      : (here + (backwards ? panes.length - 1 : 1)) % panes.length;
  const pane = panes[next];
  (pane?.querySelector<HTMLElement>(CONTROLS) ?? pane)?.focus();
}

/** Puts the focus on the screen when nothing has it any more: the control that had it is gone, or cannot be used now. */
export function keepFocus(): void {
  if (document.activeElement === document.body)
    document.querySelector("main")?.focus({ preventScroll: true });
}
