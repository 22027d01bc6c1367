// How fast an upload goes, over its last seconds: a pause or a slow batch shows at once, and is forgotten soon.

/** In milliseconds. */
const WINDOW = 10_000;

let samples: { at: number; settled: number }[] = [];
const pace = $state({ rate: 0 });

/** Records a second; 0 while nothing can be said. */
export function rate(): number {
  return pace.rate;
}

export function resetPace(): void {
  samples = [];
  pace.rate = 0;
}

export function measure(settled: number, now = performance.now()): void {
  samples = [...samples.filter(({ at }) => now - at <= WINDOW), { at: now, settled }];
  const [first] = samples;
  const seconds = first ? (now - first.at) / 1000 : 0;
  pace.rate = first && seconds >= 0.5 ? Math.max(0, (settled - first.settled) / seconds) : pace.rate;
}
