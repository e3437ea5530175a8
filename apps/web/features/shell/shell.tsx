"use client";

import dynamic from "next/dynamic";
import { memo, type ReactNode, useCallback, useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { usePauseOfPage } from "../../client/use-pause.ts";
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
import { PausedBanner } from "./paused-banner.tsx";
import { ShellKeys } from "./shell-keys.tsx";
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

interface ShellProps {
  siteName: string;
  viewer: NonNullable<PageFacts["viewer"]>;
  children: ReactNode;
}

/** What stands around every page of those signed in. */
export function Shell(props: ShellProps) {
  // `null`: it was never opened, and nothing of it is loaded.
  const [isHelpOpen, setHelpOpen] = useState<boolean | null>(null);
  const [isPaletteOpen, setPaletteOpen] = useState<boolean | null>(null);
  const [isViewsOpen, setViewsOpen] = useState<boolean | null>(null);
  const openHelp = useCallback(() => setHelpOpen(true), []);
  const openPalette = useCallback(() => setPaletteOpen(true), []);
  const openViews = useCallback(() => setViewsOpen(true), []);
  usePauseOfPage();
  return (
    <>
      <ShellKeys {...{ openPalette, openViews, openHelp }} />
      <Frame {...props} onFind={openPalette} onViews={openViews} onHelp={openHelp} />
      {isHelpOpen === null ? null : <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />}
      {isPaletteOpen === null ? null : (
        <Palette isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
      )}
      {isViewsOpen === null ? null : <ViewsDialog isOpen={isViewsOpen} onClose={() => setViewsOpen(false)} />}
    </>
  );
}

/** Drawn once: what opens and closes above it, or changes its colours, draws nothing of it anew. */
const Frame = memo(function Frame({
  siteName,
  viewer,
  children,
  onFind,
  onViews,
  onHelp,
}: ShellProps & { onFind: () => void; onViews: () => void; onHelp: () => void }) {
  return (
    <div className="grid min-h-screen print:block grid-cols-[4.5rem_minmax(0,1fr)] grid-rows-[3.5rem_1fr] max-sm:grid-cols-1">
      <a
        href="#main"
        className="sr-only z-10 rounded-md bg-action px-4 py-2 text-sm font-medium text-on-action focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {strings.skipToTheContent}
      </a>
      <Header {...{ siteName, viewer, onFind, onViews, onHelp }} />
      <MainNav onFind={onFind} />
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
    </div>
  );
});
