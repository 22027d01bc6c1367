// One registry of keyboard shortcuts. The list says which keys there are and feeds the `?` overview; whoever is on screen
// says what they do. A screen adds its keys to the list and takes them with `onShortcut` for as long as it is shown.

export type Area = "everywhere" | "start" | "files" | "match" | "review" | "tieOut" | "upload" | "tables";

interface Shortcut {
  area: Area;
  /** As KeyboardEvent.key names them, modifiers first: `Ctrl+Shift+z`. Several are shown side by side and act alike. */
  keys: readonly string[];
  /** Only said in the overview: the browser or the component does it by itself. */
  builtIn?: true;
}

export const shortcuts = {
  newMigration: { area: "everywhere", keys: ["Ctrl+n"] },
  openMigration: { area: "everywhere", keys: ["Ctrl+o"] },
  goToStep: { area: "everywhere", keys: ["Alt+1"] },
  back: { area: "everywhere", keys: ["Alt+ArrowLeft"] },
  primary: { area: "everywhere", keys: ["Ctrl+Enter"] },
  undo: { area: "everywhere", keys: ["Ctrl+z"] },
  redo: { area: "everywhere", keys: ["Ctrl+Shift+z"] },
  nextPane: { area: "everywhere", keys: ["F6"] },
  help: { area: "everywhere", keys: ["F1"] },
  overview: { area: "everywhere", keys: ["?"] },
  findMigration: { area: "start", keys: ["/"] },
  openSelected: { area: "start", keys: ["Enter"], builtIn: true },
  removeFromList: { area: "start", keys: ["Delete"], builtIn: true },
  removeFile: { area: "files", keys: ["Delete"], builtIn: true },
  pasteTable: { area: "files", keys: ["Ctrl+v"], builtIn: true },
  moveCards: { area: "files", keys: ["ArrowUp", "ArrowDown"], builtIn: true },
  nextFinding: { area: "review", keys: ["F8"] },
  previousFinding: { area: "review", keys: ["Shift+F8"] },
  findAndReplace: { area: "review", keys: ["Ctrl+h"] },
  redoAsInExcel: { area: "review", keys: ["Ctrl+y"] },
  editCell: { area: "review", keys: ["F2"], builtIn: true },
  copyCells: { area: "review", keys: ["Ctrl+c"], builtIn: true },
  pasteCells: { area: "review", keys: ["Ctrl+v"], builtIn: true },
  extendCells: { area: "review", keys: ["Shift+ArrowDown"], builtIn: true },
  changeColumn: { area: "match", keys: ["F2"] },
  nextQuestion: { area: "match", keys: ["F7"] },
  findField: { area: "match", keys: ["Ctrl+f"] },
  takeOff: { area: "match", keys: ["Delete"], builtIn: true },
  nextDifference: { area: "tieOut", keys: ["F8"] },
  findInTrail: { area: "tieOut", keys: ["/"] },
  findRecord: { area: "upload", keys: ["Ctrl+f"] },
  copyRequest: { area: "upload", keys: ["Ctrl+Shift+c"] },
  findInRun: { area: "upload", keys: ["/"] },
  pauseUpload: { area: "upload", keys: ["Ctrl+p"] },
  moveRows: { area: "tables", keys: ["ArrowUp", "ArrowDown"], builtIn: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof shortcuts;

const handlers = new Map<ShortcutId, ((event: KeyboardEvent) => void)[]>();
const isMac = /Mac/.test(navigator.platform);

/** Takes a shortcut; the last one who took it is called. Returns how to give it back, as an effect wants it. */
export function onShortcut(id: ShortcutId, run: (event: KeyboardEvent) => void): () => void {
  handlers.set(id, [...(handlers.get(id) ?? []), run]);
  return () => handlers.set(id, handlers.get(id)?.filter((other) => other !== run) ?? []);
}

/** Calls whoever took the shortcut that was pressed. While a dialog is open, only the dialog's primary button answers. */
export function press(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  // The same keys may belong to several screens; the one that is shown has taken its own.
  const id = (Object.keys(shortcuts) as ShortcutId[]).find(
    (id) => isPressed(shortcuts[id], id, event) && handlers.get(id)?.length,
  );
  if (!id || (openDialog() && id !== "primary")) return;
  const run = handlers.get(id)?.at(-1);
  if (!run) return;
  event.preventDefault();
  run(event);
}

/** The keys as they are printed on a keyboard, one list per combination. */
export function caps(id: ShortcutId): string[] {
  return shortcuts[id].keys
    .flatMap((keys, index) => (index > 0 && !keys.includes("+") ? [keys] : keys.split("+")))
    .map(cap);
}

/** The topmost open dialog, if there is one. */
export function openDialog(): Element | null {
  return (
    [...document.querySelectorAll("[role=dialog][data-state=open], [role=alertdialog][data-state=open]")].at(
      -1,
    ) ?? null
  );
}

const CAPS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

function cap(key: string): string {
  if (isMac && key === "Ctrl") return "⌘";
  return CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

function isPressed(shortcut: Shortcut, id: ShortcutId, event: KeyboardEvent): boolean {
  if (shortcut.builtIn) return false;
  const isText = isEditable(event.target);
  return shortcut.keys.some((keys) => {
    const parts = keys.split("+");
    const key = parts.at(-1) ?? "";
    const wanted = (name: string): boolean => parts.slice(0, -1).includes(name);
    const control = isMac ? event.metaKey : event.ctrlKey;
    // `?` needs Shift on many keyboards, so Shift counts only for letters.
    const shift = key.length > 1 || /[a-z]/.test(key) ? event.shiftKey === wanted("Shift") : true;
    const same =
      id === "goToStep" ? /^[1-9]$/.test(event.key) : event.key.toLowerCase() === key.toLowerCase();
    // While one types, plain characters are text, and undo is the field's own.
    const taken =
      isText && ((!control && !event.altKey && key.length === 1) || id === "undo" || id === "redo");
    return same && !taken && control === wanted("Ctrl") && event.altKey === wanted("Alt") && shift;
  });
}

/** Whether text is typed there: a checkbox is an input too, and has nothing to undo. */
function isEditable(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|range)$/.test(target.type);
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
