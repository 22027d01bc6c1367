// Light or dark: as the system, or as the user prefers.
import type { Theme } from "../generated/bindings";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
let wanted: Theme = "system";

export function wear(theme: Theme): void {
  wanted = theme;
  apply();
}

function apply(): void {
  const isDark = wanted === "dark" || (wanted === "system" && dark.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

dark.addEventListener("change", apply);
apply();
