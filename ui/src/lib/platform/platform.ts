// What the page gets from the program: the commands and events as Rust declares them. In the window that is Tauri; in a
// browser (`npm run dev`) and in tests it is a twin in memory that tells the sample's story. This and the generated bindings
// are the only files that know Tauri.
import { commands, events } from "../../generated/bindings";
import type { CheckTold, Dragged, OpenRequested, Progress, UploadTold } from "../../generated/bindings";

type Listen<T> = (hear: (event: T) => void) => Promise<() => void>;

/** Grows with the commands: a command that is added in Rust is missing in the twin until it is written there. */
export type Platform = typeof commands & {
  onCheckTold: Listen<CheckTold>;
  onCloseAsked: Listen<unknown>;
  onDragged: Listen<Dragged>;
  onOpenRequested: Listen<OpenRequested>;
  onProgress: Listen<Progress>;
  onUploadTold: Listen<UploadTold>;
};

const tauri: Platform = {
  ...commands,
  onCheckTold: (hear) => events.checkTold.listen((event) => hear(event.payload)),
  onCloseAsked: (hear) => events.closeAsked.listen((event) => hear(event.payload)),
  onDragged: (hear) => events.dragged.listen((event) => hear(event.payload)),
  onOpenRequested: (hear) => events.openRequested.listen((event) => hear(event.payload)),
  onProgress: (hear) => events.progress.listen((event) => hear(event.payload)),
  onUploadTold: (hear) => events.uploadTold.listen((event) => hear(event.payload)),
};

const isWindow = import.meta.env.PROD || "__TAURI_INTERNALS__" in window;

export const platform: Platform = isWindow ? tauri : (await import("./fake")).fake;
