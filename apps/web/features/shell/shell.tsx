"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { everywhere, type Hotkey } from "../../client/hotkeys.ts";
import { loadPart } from "../../client/load-part.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { togglePause, usePauseOfPage } from "../../client/use-pause.ts";
import { useSites } from "../../client/viewer.tsx";
import type { PageFacts } from "../../contracts/page.ts";
import * as strings from "../../strings/generated/shell/shell.ts";
import { AlarmWhereChosen } from "./alarm/where-chosen.tsx";
import { AlertStrip } from "./alert-strip.tsx";
import { Announcer } from "./announcer.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Header } from "./header.tsx";
import { MainNav } from "./main-nav.tsx";
import { OfSites } from "./of-sites.tsx";
import { PageTabs } from "./page-tabs.tsx";
import { placesFor, wallKey, wallPath } from "./pages.ts";
import { PausedBanner } from "./paused-banner.tsx";
import { useThemeToggle } from "./theme-toggle.tsx";
import { WhereUnread } from "./views/where-unread.tsx";

const HelpDialog = dynamic(
  () => loadPart(() => import("./help-dialog.tsx")).then((part) => part.HelpDialog),
  { ssr: false },
);
const Palette = dynamic(() => loadPart(() => import("./palette/palette.tsx")).then((part) => part.Palette), {
  ssr: false,
});

const ViewsDialog = dynamic(
  () => loadPart(() => import("./views/views-dialog.tsx")).then((part) => part.ViewsDialog),
  { ssr: false },
);

/** What stands around every page of those signed in. */
export function Shell({
  siteName,
  viewer,
  children,
}: {
  siteName: string;
  viewer: NonNullable<PageFacts["viewer"]>;
  children: ReactNode;
}) {
  // `null`: it was never opened, and nothing of it is loaded.
  const [isHelpOpen, setHelpOpen] = useState<boolean | null>(null);
  const [isPaletteOpen, setPaletteOpen] = useState<boolean | null>(null);
  const [isViewsOpen, setViewsOpen] = useState<boolean | null>(null);
  const openPalette = () => setPaletteOpen(true);
  const openViews = () => setViewsOpen(true);
  usePauseOfPage();
  useShellKeys({ openPalette, openViews, openHelp: () => setHelpOpen(true) });
  return (
    <div className="grid min-h-screen print:block grid-cols-[4.5rem_minmax(0,1fr)] grid-rows-[3.5rem_1fr] max-sm:grid-cols-1">
      <a
        href="#main"
        className="sr-only z-10 rounded-md bg-action px-4 py-2 text-sm font-medium text-on-action focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {strings.skipToTheContent}
      </a>
      <Header
        {...{ siteName, viewer }}
        onFind={openPalette}
        onViews={openViews}
        onHelp={() => setHelpOpen(true)}
      />
      <MainNav onFind={openPalette} />
      <div className="flex min-w-0 flex-col max-sm:pb-14">
        <div className="contents print:hidden">
          <AlertStrip />
          <PausedBanner />
        </div>
        <main id="main" tabIndex={-1} className="flex flex-1 flex-col px-5 py-4 outline-none max-sm:px-3">
          <div className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col">
            <div className="contents print:hidden">
              <ConnectionBanner />
              <PageTabs />
              <WhereUnread />
            </div>
            <OfSites>{children}</OfSites>
          </div>
        </main>
      </div>
      <Announcer />
      <AlarmWhereChosen />
      {isHelpOpen === null ? null : <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />}
      {isPaletteOpen === null ? null : (
        <Palette isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
      )}
      {isViewsOpen === null ? null : <ViewsDialog isOpen={isViewsOpen} onClose={() => setViewsOpen(false)} />}
    </div>
  );
}

/** The keys that work on every page. */
function useShellKeys({
  openPalette,
  openViews,
  openHelp,
}: {
  openPalette: () => void;
  openViews: () => void;
  openHelp: () => void;
}): void {
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
}
