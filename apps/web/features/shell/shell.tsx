"use client";

import { Keyboard, LayoutDashboard } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import type { PageFacts } from "../../contracts/page.ts";
import { Button } from "../../ui/button.tsx";
import { Clock } from "./clock.tsx";
import { ConnectionBadge } from "./connection-badge.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { Mark } from "./mark.tsx";
import { ThemeToggle, useThemeToggle } from "./theme-toggle.tsx";
import { UserMenu } from "./user-menu.tsx";

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
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { toggle } = useThemeToggle();
  const router = useRouter();
  const hotkeys: Hotkey[] = [
    { keys: ["g", "o"], does: "Go to the overview", run: () => router.push("/") },
    { keys: ["t"], does: "Change the theme", run: toggle },
    { keys: ["?"], does: "Show these keys", run: () => setHelpOpen(true) },
  ];
  useHotkeys(hotkeys);
  return (
    <div className="grid min-h-screen grid-cols-[4.5rem_minmax(0,1fr)] grid-rows-[3.5rem_1fr] max-sm:grid-cols-1">
      <a
        href="#main"
        className="sr-only z-10 rounded-md bg-action px-4 py-2 text-sm font-medium text-on-action focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-5 col-span-full flex items-center gap-3 border-b border-line bg-surface pr-3 pl-4.5">
        <Mark className="size-9 shrink-0" />
        <div className="min-w-0 leading-tight">
          <p className="font-semibold tracking-tight max-sm:sr-only">Tapline</p>
          <p className="truncate text-xs text-ink-faint">{siteName}</p>
        </div>
        <div className="ml-auto flex items-center gap-1">
          <ConnectionBadge />
          <Clock />
          <ThemeToggle />
          <Button
            aria-label="Show keys"
            title="Keys (?)"
            className="size-9 px-0 max-md:hidden"
            onClick={() => setHelpOpen(true)}
          >
            <Keyboard aria-hidden className="size-4" />
          </Button>
          <UserMenu viewer={viewer} />
        </div>
      </header>
      <nav aria-label="Main" className="border-r border-line bg-surface px-1.5 py-3 max-sm:hidden">
        <Link
          href="/"
          aria-current="page"
          className="flex flex-col items-center gap-1 rounded-md bg-raised px-1 py-2 text-[11px] font-medium text-ink ring-1 ring-line"
        >
          <LayoutDashboard aria-hidden className="size-5" />
          Overview
        </Link>
      </nav>
      <main id="main" tabIndex={-1} className="min-w-0 px-5 py-4 outline-none max-sm:px-3">
        <div className="mx-auto max-w-[100rem]">
          <ConnectionBanner />
          {children}
        </div>
      </main>
      <HelpDialog hotkeys={hotkeys} isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
