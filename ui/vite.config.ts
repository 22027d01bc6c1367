// How the page is built and served. The port is the one tauri.conf.json names.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  // Safari 16.4 is the oldest system webview among those that can run the window.
  build: { target: ["es2022", "safari16.4"], chunkSizeWarningLimit: 1500 },
});
