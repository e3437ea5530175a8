"use client";

import { useRouter } from "next/navigation";
import { everywhere, type Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { togglePause } from "../../client/use-pause.ts";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/shell/shell-keys.ts";
import { placesFor, wallKey, wallPath } from "./pages.ts";
import { useThemeToggle } from "./theme-toggle.tsx";

/** The keys that work on every page. It draws nothing: another theme, which it follows, draws nothing else anew. */
export function ShellKeys({
  openPalette,
  openViews,
  openHelp,
}: {
  openPalette: () => void;
  openViews: () => void;
  openHelp: () => void;
}) {
  const { toggle } = useThemeToggle();
  const router = useRouter();
  const sites = useSites();
  const hotkeys: Hotkey[] = [
    ...placesFor(sites).map(({ key, called, href }) => ({
      ...{ keys: ["g", key], does: strings.goToCalled({ called }) },
      run: () => router.push(href),
    })),
    ...(sites === null
      ? [{ keys: ["g", wallKey], does: strings.goToTheWallDisplay, run: () => router.push(wallPath) }]
      : []),
    { keys: [":"], does: strings.findOrDo, run: openPalette },
    { keys: ["Ctrl+k"], does: strings.theSameAlsoOutOf, run: openPalette },
    { keys: ["b"], does: strings.yourSavedViewsAndSave, run: openViews },
    { keys: ["p"], does: strings.pauseWhatIsShownOr, run: togglePause },
    { keys: ["t"], does: strings.changeTheTheme, run: toggle },
    { keys: ["?"], does: strings.showTheseKeys, run: openHelp },
  ];
  useHotkeys(everywhere, hotkeys);
  return null;
}
