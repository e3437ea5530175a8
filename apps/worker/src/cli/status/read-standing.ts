import { readFile } from "node:fs/promises";
import type { AlertState, Severity } from "@tapline/core/alerts";
import { collectEndings, watchedFiles } from "../../keys/collect-endings.ts";
import { openBufferDesk } from "../../wire/commands/buffer.ts";
import { openArchiveLooks, openDatabaseStanding, readRedisStanding } from "../../wire/commands/status.ts";
import { placesOf } from "../archive-place.ts";
import { certificateFiles } from "../certificate-files.ts";
import type { Stores } from "../find-stores.ts";
import { readArchives } from "./read-archives.ts";
import { fleetStanding } from "./read-fleet.ts";
import { readLogCopies } from "./read-log-copies.ts";
import { readStack } from "./read-stack.ts";
import {
  type AuditStanding,
  type BufferFill,
  type LogCopy,
  type OpenAlerts,
  type Reachable,
  type Reconciliation,
  type Standing,
  type Told,
  told,
} from "./standing.ts";

const withinMs = 5_000;
const dayMs = 24 * 3_600_000;
/** Processes that were heard of within so long ago are told, also those that have fallen silent since. */
const heardMs = 60_000;
/** More open gaps than that are told as that many. */
const mostGaps = 1_000;

/** States of what calls for somebody, and of all that the console counts as open; the others but the end are held back. */
const callingStates: readonly AlertState[] = ["active-unacknowledged", "returned-unacknowledged"];
const openStates: readonly AlertState[] = [...callingStates, "acknowledged"];

type Database = ReturnType<typeof openDatabaseStanding>;

/** Asks everything at once. What does not answer within 5 s is told as unknown, and holds up nothing else. */
export async function readStanding(stores: Told<Stores>, dataDir: string | undefined): Promise<Standing> {
  const nowEpochMs = Date.now();
  const urls = stores.is === "known" ? stores.value : null;
  const why = stores.is === "known" ? "no Redis is known: set REDIS_URL" : stores.why;
  const database = urls === null ? null : openDatabaseStanding(urls.databaseUrl);
  const ask = <Value>(question: (database: Database) => Promise<Value>): Promise<Told<Value>> =>
    database === null ? unknown(why) : told(() => question(database), withinMs);
  try {
    const asked =
      urls?.redisUrl === undefined
        ? unknown(why)
        : told(() => readRedisStanding(urls.redisUrl ?? "", { heardMs, withinMs }), withinMs + 1_000);
    const heard = asked.then((redis) => part(redis, ({ processes }) => processes));
    const [postgres, redis, ...rest] = await Promise.all([
      ask(({ standing }) => standing.upSinceEpochMs()),
      asked,
      dataDir === undefined ? unknown("no data folder is known") : told(() => readStack(dataDir), withinMs),
      told(() => readArchives(dataDir, heard, nowEpochMs, withinMs), 2 * withinMs),
      urls?.redisUrl === undefined ? unknown(why) : readBuffer(urls.databaseUrl, urls.redisUrl),
      ask(({ standing }) => standing.quarantinedTaps()),
      ask(({ standing }) => standing.newestSegment()),
      ask(({ drills }) => drills.standing(nowEpochMs)),
      ask((opened) => readReconciliation(opened, nowEpochMs)),
      ask(readEndings),
      ask(readAudit),
      ask((opened) => opened.rightsOverLog()),
      ask(readAlerts),
      ask(async ({ watch }) => fleetStanding((await watch.read()).fleet, Date.now())),
      database === null ? unknown(why) : told(() => readCopies(database, dataDir), 2 * withinMs),
    ]);
    const [stack, archives, buffer, quarantined, newest, restore, reconciliation, ...log] = rest;
    const [endings, audit, logRights, alerts, agents, logCopies] = log;
    const names = { postgres: "PostgreSQL", redis: "Redis" };
    return {
      ...{ atEpochMs: nowEpochMs, stack, archives, buffer, quarantined, newest, restore },
      ...{ reconciliation, endings, audit, logRights, logCopies, alerts, agents },
      processes: part(redis, ({ processes }) =>
        processes.map(({ instance, roles, agoMs }) => ({ instance, roles, agoMs })),
      ),
      stores: [
        reachable(names.postgres, postgres, urls !== null),
        reachable(
          names.redis,
          part(redis, ({ upSinceEpochMs }) => upSinceEpochMs),
          urls?.redisUrl !== undefined,
        ),
      ],
    };
  } finally {
    await database?.close();
  }
}

function unknown(why: string): Promise<{ readonly is: "unknown"; readonly why: string }> {
  return Promise.resolve({ is: "unknown", why });
}

function part<Whole, Part>(whole: Told<Whole>, take: (value: Whole) => Part): Told<Part> {
  return whole.is === "known" ? { is: "known", value: take(whole.value) } : whole;
}

/** @param isNamed whether it is known where it should answer: only then silence means that it is away */
function reachable(name: string, since: Told<number | null>, isNamed: boolean): Reachable {
  const none = { name, awaySinceEpochMs: null };
  if (since.is === "known") return { ...none, state: "answers", sinceEpochMs: since.value, why: "" };
  return { ...none, state: isNamed ? "away" : "unknown", sinceEpochMs: null, why: since.why };
}

async function readBuffer(databaseUrl: string, redisUrl: string): Promise<Told<BufferFill>> {
  const desk = openBufferDesk(databaseUrl, redisUrl);
  try {
    return await told(async () => {
      const { generation, taps, oldestAtEpochMs, frameBytes, resultBytes, ceilings, isShut } =
        await desk.show();
      return {
        ...{ isOpen: generation !== null, taps, oldestAtEpochMs, bytes: frameBytes + resultBytes, isShut },
        ...{ ceilingBytes: ceilings[0]?.maxBytes ?? null, doors: ceilings.length },
      };
    }, withinMs);
  } finally {
    await desk.close();
  }
}

async function readReconciliation(opened: Database, nowEpochMs: number): Promise<Reconciliation> {
  const yesterday = new Date(nowEpochMs - dayMs).toISOString().slice(0, 10);
  const [lastEpochMs, waiting, gaps, stated] = await Promise.all([
    opened.standing.lastTurnEpochMs("reconcile"),
    opened.copies.waiting(),
    opened.gaps.list({ open: true, limit: mostGaps }),
    opened.sites.stated(yesterday),
  ]);
  const unbalanced = [...stated].filter(([, balanced]) => !balanced).map(([site]) => site);
  return { lastEpochMs, waiting, openGaps: gaps.length, unbalanced };
}

async function readAlerts({ alerts }: Database): Promise<OpenAlerts> {
  const [counts, oldestAtEpochMs] = await Promise.all([
    alerts.counts(),
    alerts.oldestOpenedEpochMs(openStates),
  ]);
  const sum = (which: (one: (typeof counts)[number]) => boolean): number =>
    counts.filter(which).reduce((total, one) => total + one.count, 0);
  const of = (severity: Severity): number =>
    sum((one) => one.severity === severity && openStates.includes(one.state));
  return {
    open: { critical: of("critical"), warning: of("warning"), info: of("info") },
    unacknowledged: sum(({ state }) => callingStates.includes(state)),
    heldBack: sum(({ state }) => !openStates.includes(state)),
    oldestAtEpochMs,
  };
}

async function readEndings({ ring }: Database) {
  const files = watchedFiles(await certificateFiles());
  const found = await collectEndings(files, await ring.read(), (path) => readFile(path, "utf8"));
  return { endings: found.endings, unreadable: found.unreadable.map(({ what }) => what) };
}

async function onlyLog({ auditLogs }: Database) {
  const [only, ...others] = await auditLogs();
  if (others.length > 0) throw new Error("the database holds several logs: tapline audit show --log NAME");
  return only;
}

async function readAudit(database: Database): Promise<AuditStanding | null> {
  const only = await onlyLog(database);
  if (only === undefined) return null;
  const [{ size, signed, cosigned, archived }, waiting] = [await only.log.head(), await only.log.waiting()];
  return { name: only.name, size, waiting, signed, cosigned, archived };
}

async function readCopies(database: Database, dataDir: string | undefined): Promise<readonly LogCopy[]> {
  const only = await onlyLog(database);
  if (only === undefined) return [];
  const { targets, close } = openArchiveLooks(await placesOf({}, dataDir));
  try {
    return await readLogCopies(only, targets, withinMs);
  } finally {
    void close().catch(() => undefined);
  }
}
