export type Theme = "system" | "light" | "dark";

/** What the toggle leads to: first the opposite of what is seen, then the other, then back to the system's. */
export function nextTheme(chosen: string | undefined, system: string | undefined): Theme {
  const seenBySystem = system === "dark" ? "dark" : "light";
  const opposite = seenBySystem === "dark" ? "light" : "dark";
  if (chosen === opposite) return seenBySystem;
  return chosen === seenBySystem ? "system" : opposite;
}
