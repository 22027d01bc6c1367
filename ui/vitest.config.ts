// Component tests: the page against the fake platform, in jsdom.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // Svelte has another build for servers, which Node would get.
  resolve: { conditions: ["browser"] },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test.ts"],
    restoreMocks: true,
    // A busy machine is no failure.
    testTimeout: 60_000,
  },
});
