"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/shell/of-sites.ts";
import { Notice } from "../../ui/notice.tsx";
import { isAt, isOpenTo, places } from "./pages.ts";

/** The page, unless it is of the whole installation and whoever looks sees some of its sites only. The server decides by itself, too. */
export function OfSites({ children }: { children: ReactNode }) {
  const path = usePathname();
  const sites = useSites();
  if (isOpenTo(path, sites)) return children;
  const name = places.findLast((place) => isAt(place, path))?.name;
  return (
    <>
      <h1 className="mb-3 text-lg font-semibold tracking-tight">{name ?? strings.closed}</h1>
      <Notice tone="info" title={strings.thisPageIsOfThe}>
        <p>
          {strings.sitesAnAdminCanLet({
            sites:
              sites?.length === 0
                ? strings.youSeeNoSiteYet
                : strings.youSeeSites({ sites: sites?.join(", ") ?? "" }),
          })}
        </p>
        <p className="mt-1">{strings.figuresAreNotCutBySite}</p>
        <p className="mt-1">
          <Link href="/alerts" className="underline underline-offset-4">
            {strings.alertsOfYourSites}
          </Link>
          {" · "}
          <Link href="/agents" className="underline underline-offset-4">
            {strings.readersAgentsOfYourSites}
          </Link>
        </p>
      </Notice>
    </>
  );
}
