import type { Alert, Severity } from "@tapline/core/alerts";
import type { KpiLive } from "@tapline/core/kpi";
import { formatAge, formatTime, zoneName } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/overview/wrong-now.ts";
import { isAwayTooLong } from "./limits.ts";

/** Something that is wrong: how bad it is, what, what to do, and where its cause is to be seen. */
export interface Wrong {
  key: string;
  severity: Severity;
  title: string;
  text: string | null;
  links: readonly { href: string; label: string }[];
}

const remedies = {
  unavailable: strings.seeThatItsServerRuns,
  misconfigured: strings.aSettingAKeyOr,
} as const;
const ranks: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/**
 * What is wrong now, the worst first: what the live picture tells of services and archives, and the open alerts that last, each cause
 * once.
 */
export function wrongNow(live: KpiLive, alerts: readonly Alert[], zone: TimeZoneChoice): Wrong[] {
  const lasting = alerts.filter(({ active }) => active);
  const told = new Set<Alert>();
  const alertOf = (is: (alert: Alert) => boolean) => {
    const found = lasting.filter(is);
    for (const alert of found) told.add(alert);
    return found[0];
  };
  const seen = [...silentOf(live, alertOf), ...archivesOf(live, zone, alertOf)];
  const others = lasting.filter((alert) => !told.has(alert)).map(ofAlert);
  return [...seen, ...others].toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

/** The open alerts that last, the worst first: for whoever is given no live picture. */
export function lastingNow(alerts: readonly Alert[]): Wrong[] {
  return alerts
    .filter(({ active }) => active)
    .map(ofAlert)
    .toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

type AlertOf = (is: (alert: Alert) => boolean) => Alert | undefined;

function silentOf({ silent }: KpiLive, alertOf: AlertOf): Wrong[] {
  const alert = alertOf(({ ruleId }) => ruleId === "service-silent");
  if (silent.length === 0) return alert === undefined ? [] : [ofAlert(alert)];
  return [
    {
      ...{
        key: "silent",
        severity: "critical",
        title: strings.nothingIsHeardOfSilent({ silent: silent.join(", ") }),
      },
      text: strings.noProcessOfTheirsGives,
      links: [...linksToAlert(alert), runbook("service-silent")],
    },
  ];
}

function archivesOf({ awayArchives, atEpochMs }: KpiLive, zone: TimeZoneChoice, alertOf: AlertOf): Wrong[] {
  return awayArchives.map((away) => {
    const { archive, sinceEpochMs, why } = away;
    const alert = alertOf(({ ruleId, scope }) => ruleId === "archive-away" && scope.archive === archive);
    const forMs = Math.max(0, atEpochMs - sinceEpochMs);
    const what = why === "unavailable" ? strings.hasNotAnswered : strings.hasRefusedUs;
    const since = `${formatTime(sinceEpochMs, zone)} (${zoneName(sinceEpochMs, zone)})`;
    return {
      key: `archive ${archive}`,
      severity: alert?.severity ?? (isAwayTooLong(away, atEpochMs) ? "critical" : "warning"),
      title: strings.archiveArchiveWhatSinceSince({ archive, what, since, span: formatAge(forMs) }),
      text: strings.remediesItIsTriedAgain({ remedies: remedies[why] }),
      links: [...linksToAlert(alert), archiveLink(archive), runbook("archive-away")],
    };
  });
}

function ofAlert(alert: Alert): Wrong {
  const { id, severity, message, scope } = alert;
  const { agent, archive } = scope;
  const toAgent =
    agent === undefined
      ? []
      : [{ href: `/agents?${new URLSearchParams({ agent })}`, label: strings.agentAgent({ agent }) }];
  const toArchive = archive === undefined ? [] : [archiveLink(archive)];
  const links = [...linksToAlert(alert), ...toAgent, ...toArchive];
  return { key: id, severity, title: message, text: null, links };
}

function linksToAlert(alert: Alert | undefined): Wrong["links"] {
  if (alert === undefined) return [];
  return [{ href: `/alerts?${new URLSearchParams({ alert: alert.id })}`, label: strings.alert }];
}

const archiveLink = (archive: string) => ({
  href: `/archive?${new URLSearchParams({ open: `archive/${archive}` })}`,
  label: strings.archive,
});

const runbook = (section: string) => ({ href: `/runbooks#${section}`, label: strings.whatToDo });
