"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useNow } from "../../client/use-now.ts";
import { Button } from "../../ui/button.tsx";
import { nextTheme } from "./next-theme.ts";

const icons = { system: Monitor, light: Sun, dark: Moon } as const;

export function useThemeToggle() {
  const { theme, systemTheme, setTheme } = useTheme();
  return { theme, toggle: () => setTheme(nextTheme(theme, systemTheme)) };
}

export function ThemeToggle() {
  // The server does not know the choice: until the page runs, the button shows the default.
  const isKnown = useNow(60_000) !== null;
  const { theme, toggle } = useThemeToggle();
  const shown = isKnown && (theme === "light" || theme === "dark") ? theme : "system";
  const Icon = icons[shown];
  return (
    <Button
      aria-label={`Theme: ${shown}. Change`}
      title={`Theme: ${shown} (t)`}
      className="size-9 px-0"
      onClick={toggle}
    >
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}
