// What every component test stands on: jsdom with what it lacks, a fresh twin of the program, English.
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";

// jsdom draws nothing, so it knows no media and no sizes.
window.matchMedia = (media: string): MediaQueryList =>
  Object.assign(new EventTarget(), {
    matches: false,
    media,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.getClientRects = () => [new DOMRect(0, 0, 10, 10)] as unknown as DOMRectList;
globalThis.ResizeObserver ??= class {
  observe(): void {
    /* nothing has a size */
  }
  unobserve(): void {
    /* nothing has a size */
  }
  disconnect(): void {
    /* nothing has a size */
  }
};

const { stage } = await import("./lib/platform/fake");
const { speak } = await import("./lib/text/text.svelte");

beforeEach(() => {
  stage.reset();
  speak("en", ["en-GB"]);
});

afterEach(() => cleanup());
