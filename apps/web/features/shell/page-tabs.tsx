"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/shell/page-tabs.ts";
import { cn } from "../../ui/cn.ts";
import { isAt, pagesFor } from "./pages.ts";

/** The parts of the page that is looked at, where it has any. */
export function PageTabs() {
  const path = usePathname();
  const page = pagesFor(useSites()).find((one) => isAt(one, path));
  if (page?.parts === undefined) return null;
  const tabs = [{ href: page.href, name: page.parts.own }, ...page.parts.others];
  const here = tabs.findLast((tab) => isAt(tab, path));
  return (
    <nav
      aria-label={strings.partsOfName({ name: page.name })}
      className="-mt-1 mb-3 flex gap-1 overflow-x-auto border-b border-line"
    >
      {tabs.map(({ href, name }) => (
        <Link
          key={href}
          href={href}
          aria-current={href === here?.href ? "page" : undefined}
          className={cn(
            "-mb-px border-b-2 px-3 py-1.5 text-sm whitespace-nowrap focus-visible:-outline-offset-2",
            href === here?.href
              ? "border-ink font-medium text-ink"
              : "border-transparent text-ink-soft hover:text-ink",
          )}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
