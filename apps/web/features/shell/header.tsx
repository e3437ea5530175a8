"use client";

import { Bookmark, Keyboard, Search } from "lucide-react";
import type { PageFacts } from "../../contracts/page.ts";
import * as strings from "../../strings/generated/shell/header.ts";
import { Button } from "../../ui/button.tsx";
import { Clock } from "./clock.tsx";
import { ConnectionBadge } from "./connection-badge.tsx";
import { Mark } from "./mark.tsx";
import { PauseButton } from "./pause-button.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import { UserMenu } from "./user-menu.tsx";

/** Where one is, how far the figures can be believed, and what works on every page. */
export function Header({
  siteName,
  viewer,
  onFind,
  onViews,
  onHelp,
}: {
  siteName: string;
  viewer: NonNullable<PageFacts["viewer"]>;
  onFind: () => void;
  onViews: () => void;
  onHelp: () => void;
}) {
  return (
    <header className="print:hidden sticky top-0 z-5 col-span-full flex items-center gap-3 border-b border-line bg-surface pr-3 pl-4.5">
      <Mark className="size-9 shrink-0" />
      <div className="min-w-0 leading-tight">
        <p className="font-semibold tracking-tight max-sm:sr-only">{strings.tapline}</p>
        <p className="truncate text-xs text-ink-faint">
          {siteName}
          {viewer.sites === null ? null : `: ${viewer.sites.join(", ") || strings.noSite}`}
        </p>
      </div>
      <div className="ml-auto flex items-center gap-1">
        <ConnectionBadge />
        <PauseButton />
        <Clock />
        <Button
          aria-label={strings.findOrDo}
          title={strings.findOrDoCtrlK}
          className="size-9 px-0 max-sm:hidden"
          onClick={onFind}
        >
          <Search aria-hidden className="size-4" />
        </Button>
        <Button
          aria-label={strings.savedViews}
          title={strings.savedViewsB}
          className="size-9 px-0 max-md:hidden"
          onClick={onViews}
        >
          <Bookmark aria-hidden className="size-4" />
        </Button>
        <ThemeToggle />
        <Button
          aria-label={strings.showKeys}
          title={strings.keys}
          className="size-9 px-0 max-md:hidden"
          onClick={onHelp}
        >
          <Keyboard aria-hidden className="size-4" />
        </Button>
        <UserMenu viewer={viewer} />
      </div>
    </header>
  );
}
