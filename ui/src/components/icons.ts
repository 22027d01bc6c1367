// The icons used by more than one component: one picture per meaning.
import type { LucideIcon } from "@lucide/svelte";
import Asks from "@lucide/svelte/icons/message-circle-question-mark";
import Done from "@lucide/svelte/icons/circle-check";
import Excluded from "@lucide/svelte/icons/circle-slash";
import Idle from "@lucide/svelte/icons/circle-dashed";
import Live from "@lucide/svelte/icons/radio";
import Note from "@lucide/svelte/icons/info";
import Paused from "@lucide/svelte/icons/pause";
import Practice from "@lucide/svelte/icons/flask-conical";
import Warning from "@lucide/svelte/icons/triangle-alert";
import Wrong from "@lucide/svelte/icons/octagon-x";

export type Icon = LucideIcon;
/** How an icon is drawn everywhere. */
export const STROKE = 1.75;
export { Asks, Done, Excluded, Idle, Live, Note, Paused, Practice, Warning, Wrong };
