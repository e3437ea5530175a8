import * as strings from "../../strings/generated/shell/themes.ts";

/** What a page looks like; `system`: light or dark, as the system has it. */
export const themes = [
  { theme: "system", name: strings.asTheSystemHasIt },
  { theme: "light", name: "light" },
  { theme: "dark", name: "dark" },
  { theme: "contrast", name: strings.highContrast },
] as const;

export type Theme = (typeof themes)[number]["theme"];

/** What the toggle leads to: first the opposite of what the system has, then the other, then high contrast, then back to the system's. */
export function nextTheme(chosen: string | undefined, system: string | undefined): Theme {
  const [seen, opposite] = system === "dark" ? (["dark", "light"] as const) : (["light", "dark"] as const);
  const round: readonly Theme[] = ["system", opposite, seen, "contrast"];
  const at = isTheme(chosen) ? round.indexOf(chosen) : 0;
  return round[(at + 1) % round.length] ?? "system";
}

export function isTheme(theme: string | undefined): theme is Theme {
  return themes.some((known) => known.theme === theme);
}
