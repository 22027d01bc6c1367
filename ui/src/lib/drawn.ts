// Work that may wait until the page has answered.

/** Calls back once what has just changed is on the screen. Gives how to take that back, as an effect wants it. */
export function onceDrawn(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A frame's callbacks run before it is drawn, what they put off runs behind it.
  const frame = requestAnimationFrame(() => (timer = setTimeout(run)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
