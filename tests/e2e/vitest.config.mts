// Tests of the real window, one file after the other: there is one screen. The packages are those of ui/. Three kinds: what
// every change has to pass, what a user's system makes of an installed package, and what is measured rather than tested.
const project = (name: string, include: string, testTimeout: number) => ({
  test: {
    name,
    root: import.meta.dirname,
    globals: true,
    include: [include],
    testTimeout,
    hookTimeout: 60_000,
  },
});

export default {
  test: {
    root: import.meta.dirname,
    fileParallelism: false,
    projects: [
      project("window", "*.test.ts", 60_000),
      project("installed", "*.installed.ts", 60_000),
      project("speed", "*.speed.ts", 600_000),
    ],
  },
};
