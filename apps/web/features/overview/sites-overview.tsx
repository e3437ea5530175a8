"use client";

import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useAgents } from "../../client/use-agents.ts";
import { useAlertList } from "../../client/use-alerts.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/overview/sites-overview.ts";
import { Card } from "../../ui/card.tsx";
import { Notice } from "../../ui/notice.tsx";
import { OverviewSkeleton } from "./empty-states.tsx";
import { LastActs } from "./last-acts.tsx";
import { SiteCard } from "./site-card.tsx";
import { standingsOf } from "./site-standing.ts";
import { WrongRows } from "./wrong-list.tsx";
import { lastingNow } from "./wrong-now.ts";

/** So many sites are shown with their rates: each is asked for by itself. */
const mostRates = 12;

/** How some sites are, at one look, for whoever sees these alone: no figure of it is of the whole installation. */
export function SitesOverview({ sites }: { sites: readonly string[] }) {
  return (
    <div>
      <h1 className="mb-1 text-lg font-semibold tracking-tight">{strings.overview}</h1>
      <p className="mb-3 text-sm text-ink-soft">{strings.figuresOfTheWholeInstallation}</p>
      {sites.length === 0 ? (
        <Notice tone="info" title={strings.youSeeNoSiteYet}>
          {strings.anAdminCanLetYou}
        </Notice>
      ) : (
        <div className="space-y-3">
          <WrongThere />
          <Sites sites={sites} />
          <LastActs />
        </div>
      )}
    </div>
  );
}

function WrongThere() {
  const { alerts, isAnswered, error } = useAlertList({ view: "open" });
  if (!isAnswered) return null;
  return (
    <>
      {error === null ? null : (
        <p role="status" className="px-1 text-sm text-warning">
          {strings.theAlertsCouldNotBe}
        </p>
      )}
      <WrongRows wrong={lastingNow(alerts)} calm={error === null ? strings.noAlertOfYourSites : undefined} />
    </>
  );
}

function Sites({ sites }: { sites: readonly string[] }) {
  const { agents, isAnswered, isFailed, heardEpochMs } = useAgents();
  const now = useNow(1_000);
  if (!isAnswered) return <OverviewSkeleton />;
  if (isFailed && agents.length === 0)
    return (
      <Notice tone="warning" title={strings.theAgentsCouldNotBe}>
        {strings.itIsTriedAgainAll}
      </Notice>
    );
  const ageMs = now === null ? 0 : Math.max(0, now - heardEpochMs);
  return (
    <Card aria-label={strings.yourSites} className="p-4" data-stale={isFailed}>
      <h2 className="text-sm font-semibold">{strings.yourSites}</h2>
      {isFailed ? (
        <p role="status" className="mt-1 text-sm text-warning">
          {strings.whatIsShownIsWhat({ span: formatSpan(ageMs) })}
        </p>
      ) : null}
      <ul className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-3">
        {standingsOf(sites, agents, serverNow()).map((standing, index) => (
          <SiteCard key={standing.site} standing={standing} hasRate={index < mostRates} />
        ))}
      </ul>
      {sites.length > mostRates ? (
        <p className="mt-2 text-xs text-ink-faint">{strings.ratesAreShownOf({ most: mostRates })}</p>
      ) : null}
    </Card>
  );
}
