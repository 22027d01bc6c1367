// Tests of the real window, one file after the other: there is one screen. The packages are those of ui/.
export default {
  test: {
    root: import.meta.dirname,
    globals: true,
    include: ["*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};
