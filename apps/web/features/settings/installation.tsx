"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { api } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import { formatCount } from "../../client/format.ts";
import type { InstallationView, KpiDays } from "../../contracts/installation.ts";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

/** What is set changes with a restart: it is looked at so often, ms. */
const lookMs = 60_000;
const hourMs = 3_600_000;

/** How this installation is set, how long things are kept, and where each of it is decided. */
export function Installation() {
  const query = useQuery({ ...api.installation.show.queryOptions(), ...useAsking(lookMs) });
  const view = query.data;
  return (
    <SettingsFrame isFailed={query.isError}>
      <p className="mb-3 text-sm text-ink-soft">
        Nothing of this is changed here: beside each stands where it is decided.
      </p>
      {view === undefined ? (
        <Panel title="This installation">
          {query.isError ? (
            <Nothing title="It cannot be shown">The server does not answer. It is asked again.</Nothing>
          ) : (
            <Waiting of="the installation" />
          )}
        </Panel>
      ) : (
        <div className="grid items-start gap-3 xl:grid-cols-2">
          <Console view={view} />
          <Retention view={view} />
          <Sites view={view} />
        </div>
      )}
    </SettingsFrame>
  );
}

function Console({ view }: { view: InstallationView }) {
  return (
    <Panel title="This console">
      <Rows>
        <Row what="Name" where="TAPLINE_SITE_NAME">
          {view.siteName}
        </Row>
        <Row what="Address" where="TAPLINE_WEB_ORIGIN">
          {view.origin}
        </Row>
        <Row what="Encrypted on the way" where="TAPLINE_WEB_TLS_CERT, or a proxy">
          {view.isTls ? "yes" : "no: reachable on this machine alone"}
        </Row>
        <Row what="Agents reach the door at" where="TAPLINE_INGEST_URL">
          {view.doorUrl ?? "not known here"}
        </Row>
        <Row what="Tokens for agents" where="TAPLINE_INGEST_ROOT">
          {view.makesAgentTokens ? "are made here" : "are made by tapline agent token alone"}
        </Row>
        <Row what="Links in messages of alerts" where="TAPLINE_ALERT_LINK_KEY">
          {view.takesAlertLinks ? "acknowledge" : "do not acknowledge"}
        </Row>
        <Row what="A session ends after" where="fixed">
          {view.sessionMs / hourMs} h without use
        </Row>
      </Rows>
    </Panel>
  );
}

const daysOf = ({ all, agent }: KpiDays): string =>
  `${formatCount(all)} days; by agent and reader ${formatCount(agent)} days`;

function Retention({ view }: { view: InstallationView }) {
  return (
    <Panel title="How long things are kept">
      <Rows>
        <Row what="Archived taps" where="each archive; tapline archive expire, hold">
          {view.archives.length === 0
            ? "no archive has taken any yet"
            : `in ${view.archives.join(", ")}: until they are expired`}
        </Row>
        <Row what="Audit log" where="fixed">
          for ever; reasons can be erased (tapline audit erase)
        </Row>
        <Row what="Alerts and their steps" where="fixed">
          for ever
        </Row>
        <Row what="What was told to whom" where="fixed">
          90 days
        </Row>
        <Row what="KPIs by the minute" where="fixed">
          {daysOf(view.kpiDays.minutes)}
        </Row>
        <Row what="KPIs by the hour" where="fixed">
          {daysOf(view.kpiDays.hours)}
        </Row>
      </Rows>
    </Panel>
  );
}

function Sites({ view: { sites } }: { view: InstallationView }) {
  return (
    <Panel title="Sites">
      {sites.length === 0 ? (
        <Nothing title="There is none yet">
          A site is where an agent stands: it comes with the first agent.
        </Nothing>
      ) : (
        <Rows>
          {sites.map(({ site, agents }) => (
            <Row key={site} what={site} where="its agents; tapline agent set-site">
              <Link
                href={`/agents?site=${encodeURIComponent(site)}`}
                className="underline underline-offset-4"
              >
                {agents === 1 ? "1 agent" : `${formatCount(agents)} agents`}
              </Link>
            </Row>
          ))}
        </Rows>
      )}
    </Panel>
  );
}

function Rows({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-line text-sm">{children}</dl>;
}

/** @param where the setting, or the command, by which it is decided; "fixed": by this release */
function Row({ what, where, children }: { what: string; where: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 px-4 py-2 sm:grid-cols-[11rem_minmax(0,1fr)]">
      <dt className="text-ink-faint">{what}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">
        {children}
        <span className="block text-xs text-ink-faint">
          {where === "fixed" ? "fixed in this release" : `set by ${where}`}
        </span>
      </dd>
    </div>
  );
}
