// Waiting without sleeping: asked again and again until the answer is yes.

/** Long beside anything the window should take, short beside a person's patience with a test. */
const PATIENCE_MS = 20_000;
const BETWEEN_LOOKS_MS = 25;

/** Asks again and again until the answer is yes. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
    await new Promise((again) => setTimeout(again, BETWEEN_LOOKS_MS));
  }
}
