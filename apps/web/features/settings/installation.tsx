"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { api } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import type { InstallationView, KpiDays } from "../../contracts/installation.ts";
import * as strings from "../../strings/generated/settings/installation.ts";
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
      <p className="mb-3 text-sm text-ink-soft">{strings.nothingOfThisIsChanged}</p>
      {view === undefined ? (
        <Panel title={strings.thisInstallation}>
          {query.isError ? (
            <Nothing title={strings.itCannotBeShown}>{strings.theServerDoesNotAnswer}</Nothing>
          ) : (
            <Waiting of={strings.theInstallation} />
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
    <Panel title={strings.thisConsole}>
      <Rows>
        <Row what={strings.name} where="TAPLINE_SITE_NAME">
          {view.siteName}
        </Row>
        <Row what={strings.address} where="TAPLINE_WEB_ORIGIN">
          {view.origin}
        </Row>
        <Row what={strings.encryptedOnTheWay} where={strings.taplineWebTlsCertOr}>
          {view.isTls ? strings.yes : strings.noReachableOnThisMachine}
        </Row>
        <Row what={strings.agentsReachTheDoorAt} where="TAPLINE_INGEST_URL">
          {view.doorUrl ?? strings.notKnownHere}
        </Row>
        <Row what={strings.tokensForAgents} where="TAPLINE_INGEST_ROOT">
          {view.makesAgentTokens ? strings.areMadeHere : strings.areMadeByTaplineAgent}
        </Row>
        <Row what={strings.linksInMessagesOfAlerts} where="TAPLINE_ALERT_LINK_KEY">
          {view.takesAlertLinks ? strings.acknowledge : strings.doNotAcknowledge}
        </Row>
        <Row what={strings.aSessionEndsAfter} where="fixed">
          {strings.sessionMsHWithoutUse({ sessionMs: view.sessionMs / hourMs })}
        </Row>
      </Rows>
    </Panel>
  );
}

const daysOf = ({ all, agent }: KpiDays): string => strings.allDaysByAgentAnd({ all, agent });

function Retention({ view }: { view: InstallationView }) {
  return (
    <Panel title={strings.howLongThingsAreKept}>
      <Rows>
        <Row what={strings.archivedTaps} where={strings.eachArchiveTaplineArchiveExpire}>
          {view.archives.length === 0
            ? strings.noArchiveHasTakenAny
            : strings.inArchivesUntilTheyAre({ archives: view.archives.join(", ") })}
        </Row>
        <Row what={strings.auditLog} where="fixed">
          {strings.forEverReasonsCanBe}
        </Row>
        <Row what={strings.alertsAndTheirSteps} where="fixed">
          {strings.forEver}
        </Row>
        <Row what={strings.whatWasToldToWhom} where="fixed">
          {strings.n90Days}
        </Row>
        <Row what={strings.kpisByTheMinute} where="fixed">
          {daysOf(view.kpiDays.minutes)}
        </Row>
        <Row what={strings.kpisByTheHour} where="fixed">
          {daysOf(view.kpiDays.hours)}
        </Row>
      </Rows>
    </Panel>
  );
}

function Sites({ view: { sites } }: { view: InstallationView }) {
  return (
    <Panel title={strings.sites}>
      {sites.length === 0 ? (
        <Nothing title={strings.thereIsNoneYet}>{strings.aSiteIsWhereAn}</Nothing>
      ) : (
        <Rows>
          {sites.map(({ site, agents }) => (
            <Row key={site} what={site} where={strings.itsAgentsTaplineAgentSet}>
              <Link
                href={`/agents?site=${encodeURIComponent(site)}`}
                className="underline underline-offset-4"
              >
                {strings.agents({ agents })}
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
          {where === "fixed" ? strings.fixedInThisRelease : strings.setByWhere({ where })}
        </span>
      </dd>
    </div>
  );
}
