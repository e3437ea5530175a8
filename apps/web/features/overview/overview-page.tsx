"use client";

import type { KpiLive } from "@tapline/core/kpi";
import dynamic from "next/dynamic";
import { loadPart } from "../../client/load-part.ts";
import { useSites } from "../../client/viewer.tsx";
import { Overview } from "./overview.tsx";

const SitesOverview = dynamic(() =>
  loadPart(() => import("./sites-overview.tsx")).then((part) => part.SitesOverview),
);

/** How everything runs that whoever looks sees: the whole installation, or some of its sites. */
export function OverviewPage({ first }: { first: KpiLive | null }) {
  const sites = useSites();
  return sites === null ? <Overview first={first} /> : <SitesOverview sites={sites} />;
}
