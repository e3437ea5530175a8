import { daysLeft, warningOf } from "@tapline/core/encryption";
import { restoreFreshness } from "@tapline/core/kpi";
import { count } from "../count.ts";
import { spanText } from "../span-text.ts";
import { silentText } from "./fleet-text.ts";
import { reachableText } from "./reachable-text.ts";
import { silentRoles } from "./role-rows.ts";
import type { LogCopy, Standing, Told } from "./standing.ts";

/** What is not well, and what to do about it. */
export type Attention = { readonly what: string; readonly next: string };

/** A tap that waits longer has met something that holds it. */
const oldTapMs = 30_000;
const fullShare = 0.8;
/** Comparisons come every ten minutes by default; schedules may be longer, so this is only said after an hour. */
const oldComparisonMs = 3_600_000;
/** The log goes to the archives every 15 minutes by default; schedules may be longer, so this is only said after an hour. */
const oldLogCopyMs = 3_600_000;
/** Checkpoints are cosigned within seconds. */
const witnessLagMs = 60_000;

const runbook = (part: string): string => `docs/operations.md, ${part}`;

/** All that needs attention, what stops most first. What is not known needs attention, too: nobody can call it well. */
export function attentionOf(standing: Standing): Attention[] {
  return [
    ...ofStack(standing),
    ...ofReachable(standing),
    ...ofProcesses(standing),
    ...ofAgents(standing),
    ...ofBuffer(standing),
    ...ofCare(standing),
    ...ofEndings(standing),
    ...ofAudit(standing),
    ...ofLogCopies(standing),
    ...ofLogRights(standing),
  ];
}

const unknownOf = (name: string, part: Told<unknown>, next: string): Attention[] =>
  part.is === "unknown" ? [{ what: `${name}: unknown (${part.why})`, next }] : [];

function ofStack({ stack, stores }: Standing): Attention[] {
  // With servers of one's own no npm start need run; without either, that is the cause of all that follows.
  const isNeeded = stores.some(({ state }) => state === "unknown");
  if (stack.is === "known" && stack.value === null && isNeeded)
    return [{ what: "the stack does not run", next: "npm start; its logs lie in .tapline/logs" }];
  return [];
}

function ofReachable({ stores, archives, atEpochMs }: Standing): Attention[] {
  const servers = stores.filter(({ state }) => state !== "answers");
  const silent = archives.is === "known" ? archives.value.filter(({ state }) => state !== "answers") : [];
  return [
    ...servers.map((server) => ({
      what: `${server.name} ${reachableText(server, atEpochMs)}`,
      next: runbook(`${server.name} is down`),
    })),
    ...silent.map((archive) => ({
      what: `archive ${archive.name} ${reachableText(archive, atEpochMs)}`,
      next:
        archive.state === "unknown"
          ? "npm start, or give the command the settings that the workers have"
          : `nothing is lost meanwhile; ${runbook("SFTP down")}`,
    })),
    ...unknownOf("archives", archives, "give the command the settings that the workers have"),
  ];
}

function ofProcesses({ processes }: Standing): Attention[] {
  if (processes.is === "unknown") return unknownOf("processes", processes, runbook("Redis is down"));
  const roles = silentRoles(processes.value);
  if (roles.length === 0) return [];
  // One process does the work of many roles: where it is gone, that is one thing to mend.
  const which = roles.length === 1 ? "the role" : "any of the roles";
  return [
    {
      what: `no process with ${which} ${roles.join(", ")} gives a sign of life`,
      next: runbook("A worker died"),
    },
  ];
}

function ofAgents({ agents, atEpochMs }: Standing): Attention[] {
  if (agents.is === "unknown") return unknownOf("agents", agents, runbook("PostgreSQL is down"));
  const { silent, known } = agents.value;
  if (silent.length === 0) return [];
  return [
    {
      what: `${silent.length} of ${count(known, "agent")} not heard of: ${silentText(agents.value, atEpochMs)}`,
      next: "tapline fleet ls; docs/runbooks.md, Agent offline",
    },
  ];
}

function ofBuffer({ buffer, atEpochMs }: Standing): Attention[] {
  if (buffer.is === "unknown") return unknownOf("buffer", buffer, runbook("Redis is down"));
  const { isOpen, isShut, bytes, ceilingBytes, doors, oldestAtEpochMs } = buffer.value;
  const ageMs = oldestAtEpochMs === null ? 0 : atEpochMs - oldestAtEpochMs;
  const all: [boolean, Attention][] = [
    [
      !isOpen,
      {
        what: "the buffer is not open: no taps are taken",
        next: "look for `opening the buffer failed` in the worker's log",
      },
    ],
    [isShut, { what: "Redis is short of memory: no taps are taken", next: runbook("Redis short of memory") }],
    [doors === 0, { what: "no door runs: agents cannot deliver", next: runbook("A worker died") }],
    [
      ceilingBytes !== null && bytes > fullShare * ceilingBytes,
      { what: "the buffer is nearly full", next: runbook("SFTP down") },
    ],
    [
      ageMs > oldTapMs,
      {
        what: `a tap has waited for ${spanText(ageMs)}`,
        next: `tapline buffer show; ${runbook("SFTP down")}`,
      },
    ],
  ];
  return all.filter(([isSo]) => isSo).map(([, attention]) => attention);
}

function ofCare({ alerts, restore, reconciliation, quarantined, newest, atEpochMs }: Standing): Attention[] {
  const found: Attention[] = [
    ...unknownOf("last archived segment", newest, runbook("PostgreSQL is down")),
    // What is open calls people by itself, and is no fault of the installation: only not knowing it is.
    ...unknownOf("open alerts", alerts, runbook("PostgreSQL is down")),
    ...unknownOf("quarantine", quarantined, runbook("PostgreSQL is down")),
    ...unknownOf("last proven restore", restore, runbook("PostgreSQL is down")),
    ...unknownOf("reconciliation", reconciliation, runbook("PostgreSQL is down")),
  ];
  const isArchiving = newest.is === "known" && newest.value !== null;
  if (isArchiving && restore.is === "known" && restoreFreshness(restore.value, atEpochMs) === "stale")
    found.push({ what: "no restore was proven lately", next: "tapline archive drill --now" });
  if (reconciliation.is === "unknown") return found;
  const { lastEpochMs, waiting, openGaps, unbalanced } = reconciliation.value;
  if (lastEpochMs !== null && atEpochMs - lastEpochMs > oldComparisonMs)
    found.push({
      what: `archive and index were last compared ${spanText(atEpochMs - lastEpochMs)} ago`,
      next: "see that a worker with the role audit runs; tapline archive reconcile does it now",
    });
  for (const { target, tasks } of waiting)
    found.push({
      what: `archive ${target} lacks ${count(tasks, "copy or move", "copies or moves")}`,
      next: "they are made by themselves; see that it answers",
    });
  if (openGaps > 0)
    found.push({
      what: `${count(openGaps, "gap")} in agents' or trackers' numbers`,
      next: "tapline gap ls --open",
    });
  for (const site of unbalanced)
    found.push({
      what: `yesterday does not balance at site ${site}`,
      next: "tapline gap ls --open; tapline site ls --day DAY",
    });
  return found;
}

function ofEndings({ endings, atEpochMs }: Standing): Attention[] {
  if (endings.is === "unknown")
    return unknownOf("keys and certificates", endings, runbook("PostgreSQL is down"));
  const next = "tapline key check; docs/operations.md, Certificates expiring";
  return [
    ...endings.value.endings
      .filter((ending) => warningOf(ending, atEpochMs) !== null)
      .map((ending) => ({
        what: `${ending.what} ${ending.subject}: ${count(daysLeft(ending, atEpochMs), "day")} left`,
        next,
      })),
    ...endings.value.unreadable.map((what) => ({ what: `${what}: cannot be read`, next })),
  ];
}

function ofAudit({ audit }: Standing): Attention[] {
  if (audit.is === "unknown") return unknownOf("audit log", audit, "tapline audit show");
  if (audit.value === null)
    return [{ what: "there is no audit log yet", next: "a worker with the role audit begins it" }];
  const { signed, cosigned } = audit.value;
  const isBehind =
    signed !== null &&
    cosigned !== null &&
    cosigned.size < signed.size &&
    signed.atEpochMs - cosigned.atEpochMs > witnessLagMs;
  if (!isBehind) return [];
  return [
    {
      what: "no witness has cosigned the newest checkpoint",
      next: runbook("A witness is away, or disputes"),
    },
  ];
}

function ofLogCopies({ audit, logCopies, archives, restore, atEpochMs }: Standing): Attention[] {
  if (audit.is === "unknown" || audit.value === null) return [];
  const next = runbook("Its copy in the archive");
  if (logCopies.is === "unknown") return unknownOf("audit log's copies in the archives", logCopies, next);
  const { size, archived } = audit.value;
  const away = archives.is === "known" ? archives.value.filter(({ state }) => state !== "answers") : [];
  const behind = logCopies.value.filter(
    (copy) => (copy.size ?? -1) < (archived?.size ?? 0) && !away.some(({ name }) => name === copy.name),
  );
  // Where nothing was ever put there, what was archived first tells for how long that could have been.
  const first = restore.is === "known" ? restore.value.firstArchivedAtEpochMs : null;
  const sinceEpochMs = archived?.atEpochMs ?? first ?? atEpochMs;
  const isOld = size > (archived?.size ?? 0) && atEpochMs - sinceEpochMs > oldLogCopyMs;
  return [
    ...behind.map((copy) => ({
      what: `archive ${copy.name} ${lackOf(copy, archived?.size ?? 0)}`,
      next: `it is tried again by itself; ${next}`,
    })),
    ...(isOld
      ? [{ what: `the audit log came into no archive for ${spanText(atEpochMs - sinceEpochMs)}`, next }]
      : []),
  ];
}

const lackOf = ({ size, why }: LogCopy, others: number): string =>
  size === null
    ? `holds no copy of the audit log (${why})`
    : `holds ${count(size, "entry", "entries")} of the audit log, and others ${others}`;

function ofLogRights({ logRights }: Standing): Attention[] {
  if (logRights.is === "unknown")
    return unknownOf("rights over the audit log", logRights, runbook("PostgreSQL is down"));
  const [first] = logRights.value;
  if (first === undefined) return [];
  return [
    { what: `the services' role could rewrite the audit log: ${first}`, next: runbook("Your own servers") },
  ];
}
