import { actsOfPeople, archiveStandings, type PrismaClient, RestoreDrills } from "@tapline/adapters/prisma";
import { AlertBoard, AlertMaintenanceDesk } from "@tapline/adapters/prisma/alerts";
import type { FleetBoard } from "@tapline/adapters/prisma/fleet";
import type { Alert, AlertState } from "@tapline/core/alerts";
import type { ShownEntry } from "@tapline/core/audit";
import type { KpiLive } from "@tapline/core/kpi";
import * as strings from "../../strings/generated/server/handover/draw-picture.ts";
import { fromPostgres } from "../from-stores.ts";
import type { HandoverPicture } from "./picture.ts";

/** So many alerts of each kind are named, and so many acts. */
const [mostAlerts, mostActs] = [200, 500];

/** What a picture is read from. */
export interface PictureStores {
  prisma: PrismaClient;
  fleet: Pick<FleetBoard, "list">;
  /** The live picture; null where none was ever published. */
  live: () => Promise<KpiLive | null>;
}

const openStates = ["active-unacknowledged", "returned-unacknowledged", "acknowledged"] as const;

/** How everything stands, and what was done since a moment. @throws TaplineError `unavailable` where PostgreSQL does not answer */
export async function drawPicture(
  { prisma, fleet, live }: PictureStores,
  sinceEpochMs: number,
  nowEpochMs: number,
): Promise<HandoverPicture> {
  const board = new AlertBoard(prisma);
  const alerts = (states: readonly AlertState[]) => board.page({ states }, mostAlerts);
  const [open, shelved, held, counts, acts, maintenance, agents, archives, restore] = await fromPostgres(
    Promise.all([
      alerts(openStates),
      alerts(["shelved"]),
      alerts(["suppressed", "out-of-service"]),
      board.counts(),
      actsOfPeople(prisma, sinceEpochMs, mostActs),
      new AlertMaintenanceDesk(prisma, () => nowEpochMs).list("on"),
      fleet.list(),
      archiveStandings(prisma),
      new RestoreDrills(prisma).standing(nowEpochMs),
    ]),
  );
  // What Redis does not tell is said to be unknown: the rest of the picture counts all the same.
  const told = await live().catch(() => null);
  const named = open.alerts.length + shelved.alerts.length + held.alerts.length;
  return {
    ...{ format: "tapline-handover/1", atEpochMs: nowEpochMs, sinceEpochMs },
    ...{ open: open.alerts.map(lineOf), shelved: shelved.alerts.map(lineOf), held: held.alerts.map(lineOf) },
    unnamedAlerts: Math.max(0, counts.reduce((sum, { count }) => sum + count, 0) - named),
    ...{ acts: byPerson(acts.entries), hasMoreActs: acts.hasMore },
    maintenance: maintenance.map(({ id, sites, rules, endsAtEpochMs, startedBy, reason }) => ({
      ...{ id, sites: [...sites], rules: [...rules], endsAtEpochMs, startedBy, reason },
    })),
    agentsAway: agents.flatMap(({ id, site, revokedAtEpochMs, last, readAtEpochMs }) =>
      last === null || revokedAtEpochMs !== null || readAtEpochMs - last.seenAtEpochMs <= last.heardWithinMs
        ? []
        : [{ id, site, seenAtEpochMs: last.seenAtEpochMs }],
    ),
    archives: withAway(archives, told),
    restoreProvenEpochMs: restore.provenAtEpochMs,
    unknown: told === null ? [strings.whetherArchivesCanBeUsed] : [],
  };
}

function lineOf(alert: Alert): HandoverPicture["open"][number] {
  const { id, message, severity, state, scope, raisedAtEpochMs, assignee = null, shelf } = alert;
  const place = Object.values(scope).join(" › ") || strings.wholeInstallation;
  return {
    ...{ id, message, severity, state, place, raisedAtEpochMs, assignee },
    untilEpochMs: shelf?.untilEpochMs ?? null,
  };
}

function byPerson(entries: readonly ShownEntry[]): HandoverPicture["acts"] {
  const people = new Map<string, HandoverPicture["acts"][number]["acts"]>();
  for (const { actor, atEpochMs, action, subject, reason } of entries) {
    const acts = people.get(actor.id) ?? [];
    acts.push({ atEpochMs, action, subject, reason });
    people.set(actor.id, acts);
  }
  return [...people].map(([personId, acts]) => ({ personId, acts }));
}

/** What the database knows of archives, and which of them cannot be used now. */
function withAway(
  standings: Awaited<ReturnType<typeof archiveStandings>>,
  live: KpiLive | null,
): HandoverPicture["archives"] {
  const away = new Map(live?.awayArchives.map(({ archive, sinceEpochMs }) => [archive, sinceEpochMs]));
  const unknown = [...away.keys()].filter((name) => standings.every(({ archive }) => archive !== name));
  const all = [...standings, ...unknown.map((archive) => ({ archive, lastStoredEpochMs: null, waiting: 0 }))];
  return all.map((one) => ({ ...one, awaySinceEpochMs: away.get(one.archive) ?? null }));
}
