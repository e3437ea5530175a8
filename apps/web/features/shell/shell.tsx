"use client";

import { Keyboard } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { ViewerProvider } from "../../client/viewer.tsx";
import type { PageFacts } from "../../contracts/page.ts";
import { Button } from "../../ui/button.tsx";
import { AlertStrip } from "./alert-strip.tsx";
import { Announcer } from "./announcer.tsx";
import { Clock } from "./clock.tsx";
import { ConnectionBadge } from "./connection-badge.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { everywhere, HelpDialog } from "./help-dialog.tsx";
import { MainNav } from "./main-nav.tsx";
import { Mark } from "./mark.tsx";
import { PageTabs } from "./page-tabs.tsx";
import { places } from "./pages.ts";
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
    ...places.map(({ key, called, href }) => ({
      ...{ keys: ["g", key], does: `Go to ${called}` },
      run: () => router.push(href),
    })),
    { keys: ["t"], does: "Change the theme", run: toggle },
    { keys: ["?"], does: "Show these keys", run: () => setHelpOpen(true) },
  ];
  useHotkeys(everywhere, hotkeys);
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
      <MainNav />
      <div className="flex min-w-0 flex-col max-sm:pb-14">
        <AlertStrip />
        <main id="main" tabIndex={-1} className="flex flex-1 flex-col px-5 py-4 outline-none max-sm:px-3">
          <div className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col">
            <ConnectionBanner />
            <PageTabs />
            <ViewerProvider viewer={viewer}>{children}</ViewerProvider>
          </div>
        </main>
      </div>
      <Announcer />
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
