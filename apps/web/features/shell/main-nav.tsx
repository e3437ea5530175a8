"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../../ui/cn.ts";
import { consolePages, isAt } from "./pages.ts";

/** The pages; on narrow screens at the bottom, in reach of a thumb. */
export function MainNav() {
  const path = usePathname();
  return (
    <nav
      aria-label="Main"
      className="z-5 border-line bg-surface px-1.5 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:flex max-sm:border-t max-sm:py-1 sm:sticky sm:top-14 sm:h-[calc(100vh-3.5rem)] sm:space-y-1 sm:border-r sm:py-3"
    >
      {consolePages.map((page) => {
        const { href, name, Icon } = page;
        const isHere = isAt(page, path);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? "page" : undefined}
            className={cn(
              "flex flex-col items-center gap-1 rounded-md px-1 py-2 text-[11px] font-medium max-sm:flex-1 max-sm:py-1",
              isHere ? "bg-raised text-ink ring-1 ring-line" : "text-ink-soft hover:bg-raised hover:text-ink",
            )}
          >
            <Icon aria-hidden className="size-5" />
            {name}
          </Link>
        );
      })}
    </nav>
  );
}
