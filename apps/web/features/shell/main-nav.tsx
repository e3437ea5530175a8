"use client";

import { Ellipsis, Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/shell/main-nav.ts";
import { cn } from "../../ui/cn.ts";
import { type ConsolePage, isAt, pagesFor, pagesOnPhone } from "./pages.ts";

const itemLook =
  "flex flex-col items-center gap-1 rounded-md px-1 py-2 text-[11px] font-medium short:gap-0.5 short:py-1 max-sm:flex-1 max-sm:py-1";
const hereLook = "bg-raised text-ink ring-1 ring-line";
const elsewhereLook = "text-ink-soft hover:bg-raised hover:text-ink";

/** The pages; on narrow screens at the bottom, in reach of a thumb, the first ones beside "More". */
export function MainNav({ onFind }: { onFind: () => void }) {
  const path = usePathname();
  const pages = pagesFor(useSites());
  return (
    <nav
      aria-label={strings.main}
      className="print:hidden z-5 border-line bg-surface px-1.5 [scrollbar-width:thin] max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:flex max-sm:border-t max-sm:py-1 sm:sticky sm:top-14 sm:h-[calc(100vh-3.5rem)] sm:space-y-1 sm:overflow-x-hidden sm:overflow-y-auto sm:border-r sm:py-3 short:space-y-0.5 short:py-1.5"
    >
      {pages.map((page, index) => (
        <PageLink
          key={page.href}
          page={page}
          isHere={isAt(page, path)}
          className={cn(itemLook, index >= pagesOnPhone && "max-sm:hidden")}
        />
      ))}
      <More rest={pages.slice(pagesOnPhone)} path={path} onFind={onFind} />
    </nav>
  );
}

function PageLink({ page, isHere, className }: { page: ConsolePage; isHere: boolean; className: string }) {
  const { href, name, Icon } = page;
  return (
    <Link
      href={href}
      aria-current={isHere ? "page" : undefined}
      className={cn(className, isHere ? hereLook : elsewhereLook)}
    >
      <Icon aria-hidden className="size-5 shrink-0" />
      {name}
    </Link>
  );
}

/** On a phone: the pages that have no room at the bottom, and what keys do elsewhere. */
function More({ rest, path, onFind }: { rest: readonly ConsolePage[]; path: string; onFind: () => void }) {
  const popover = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere sees the page, not the list
  useEffect(() => popover.current?.hidePopover(), [path]);
  const here = rest.find((page) => isAt(page, path));
  return (
    <>
      <button
        type="button"
        popoverTarget="more-pages"
        className={cn(itemLook, "sm:hidden", here === undefined ? elsewhereLook : hereLook)}
      >
        <Ellipsis aria-hidden className="size-5" />
        {here === undefined ? strings.more : strings.moreName({ name: here.name })}
      </button>
      <div
        ref={popover}
        id="more-pages"
        popover="auto"
        className="fixed inset-auto right-2 bottom-15 m-0 max-h-[70vh] w-56 overflow-y-auto rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
      >
        {rest.map((page) => (
          <PageLink key={page.href} page={page} isHere={isAt(page, path)} className={moreLook} />
        ))}
        <MoreButton
          onClick={() => {
            popover.current?.hidePopover();
            onFind();
          }}
        >
          <Search aria-hidden className="size-5" />
          {strings.findOrDo}
        </MoreButton>
      </div>
    </>
  );
}

const moreLook = "flex w-full items-center gap-3 rounded-md px-3 py-2.5 text-sm font-medium";

function MoreButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={cn(moreLook, elsewhereLook)} onClick={onClick}>
      {children}
    </button>
  );
}
