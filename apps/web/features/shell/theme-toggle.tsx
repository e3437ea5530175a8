"use client";

import { Contrast, Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/shell/theme-toggle.ts";
import { Button } from "../../ui/button.tsx";
import { isTheme, nextTheme, themes } from "./themes.ts";

const icons = { system: Monitor, light: Sun, dark: Moon, contrast: Contrast } as const;

export function useThemeToggle() {
  const { theme, systemTheme, setTheme } = useTheme();
  return { theme, toggle: () => setTheme(nextTheme(theme, systemTheme)) };
}

export function ThemeToggle() {
  // The server does not know the choice: until the page runs, the button shows the default.
  const isKnown = useNow(60_000) !== null;
  const { theme, toggle } = useThemeToggle();
  const shown = isKnown && isTheme(theme) ? theme : "system";
  const name = themes.find((one) => one.theme === shown)?.name;
  const Icon = icons[shown];
  return (
    <Button
      aria-label={strings.themeNameChange({ name: name ?? "" })}
      title={strings.themeNameT({ name: name ?? "" })}
      className="size-9 px-0 max-sm:hidden"
      onClick={toggle}
    >
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}
