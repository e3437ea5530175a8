import type { Severity } from "@tapline/core/alerts";
import type { Ending } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { RestoreStanding } from "@tapline/core/kpi";
import { explained } from "../tell-error.ts";

/** What was learned of one thing, or why it is not known: never a figure in its place. */
export type Told<Value> =
  | { readonly is: "known"; readonly value: Value }
  | { readonly is: "unknown"; readonly why: string };

/** A server, or an archive. */
export type Reachable = {
  readonly name: string;
  /** `refuses`: it answers, and lets us do nothing until somebody changes something. */
  readonly state: "answers" | "away" | "refuses" | "unknown";
  /** When it started; null where that cannot be told. */
  readonly sinceEpochMs: number | null;
  /** Since when it is away, as far as somebody noticed it. */
  readonly awaySinceEpochMs: number | null;
  /** Why it is away or unknown: the last error; "" where it answers. */
  readonly why: string;
};

/** The `npm start` on the data folder. */
export type Stack = {
  readonly dataDir: string;
  readonly pid: number;
  readonly doing: string;
  readonly sinceEpochMs: number;
};

export type BufferFill = {
  readonly isOpen: boolean;
  readonly taps: number;
  readonly oldestAtEpochMs: number | null;
  readonly bytes: number;
  /** The lowest that a running door keeps to; null where no door says one. */
  readonly ceilingBytes: number | null;
  readonly doors: number;
  readonly isShut: boolean;
};

export type AuditStanding = {
  readonly name: string;
  readonly size: number;
  readonly waiting: number;
  readonly signed: { readonly size: number; readonly atEpochMs: number } | null;
  readonly cosigned: { readonly size: number; readonly atEpochMs: number } | null;
  /** What as many archives hold as count; null before the first time. */
  readonly archived: { readonly size: number; readonly atEpochMs: number } | null;
};

/** The audit log as an archive has it: its first `size` entries; null where that is not known, or not of this log: `why`. */
export type LogCopy = { readonly name: string; readonly size: number | null; readonly why: string };

/** By what the services' role could rewrite the log in PostgreSQL; empty where it can only add to it. */
export type LogRights = readonly string[];

export type Reconciliation = {
  /** When the schedule's last comparison began; null before the first. */
  readonly lastEpochMs: number | null;
  /** Copies and moves that archives still need. */
  readonly waiting: readonly { readonly target: string; readonly tasks: number }[];
  readonly openGaps: number;
  /** Sites whose statement of yesterday (UTC) does not balance. */
  readonly unbalanced: readonly string[];
};

/** A process of the worker: its roles, and how long ago it gave its last sign of life. */
export type WorkerProcess = {
  readonly instance: string;
  readonly roles: readonly string[];
  readonly agoMs: number;
};

/** Alerts as the console counts them: what is open, how much of that nobody has said yet that they have seen, and what is held back. */
export type OpenAlerts = {
  readonly open: Readonly<Record<Severity, number>>;
  readonly unacknowledged: number;
  /** Shelved, suppressed by design, or out of service. */
  readonly heldBack: number;
  /** When the open one was opened that has been open longest; null where none is. */
  readonly oldestAtEpochMs: number | null;
};

/** Who is online of the agents that may deliver. */
export type FleetStanding = {
  readonly known: number;
  readonly online: number;
  /** Those that are not, last heard of first; null: never. */
  readonly silent: readonly {
    readonly agent: string;
    readonly site: string;
    readonly heardAtEpochMs: number | null;
  }[];
};

/** How the installation stands. */
export type Standing = {
  readonly atEpochMs: number;
  /** null: no `npm start` runs on the data folder. */
  readonly stack: Told<Stack | null>;
  readonly stores: readonly Reachable[];
  readonly archives: Told<readonly Reachable[]>;
  /** Those that were heard of lately, also those that are silent since. */
  readonly processes: Told<readonly WorkerProcess[]>;
  readonly agents: Told<FleetStanding>;
  readonly alerts: Told<OpenAlerts>;
  readonly buffer: Told<BufferFill>;
  readonly quarantined: Told<number>;
  readonly newest: Told<{
    readonly id: string;
    readonly archivedAtEpochMs: number;
    readonly taps: number;
  } | null>;
  readonly restore: Told<RestoreStanding>;
  readonly reconciliation: Told<Reconciliation>;
  readonly endings: Told<{ readonly endings: readonly Ending[]; readonly unreadable: readonly string[] }>;
  readonly audit: Told<AuditStanding | null>;
  /** What each archive holds of the audit log. */
  readonly logCopies: Told<readonly LogCopy[]>;
  readonly logRights: Told<LogRights>;
};

/** @param withinMs what takes longer is not known */
export async function told<Value>(ask: () => Promise<Value>, withinMs: number): Promise<Told<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TaplineError("unavailable", `no answer within ${withinMs / 1_000} s`)),
      withinMs,
    );
  });
  try {
    return { is: "known", value: await Promise.race([ask(), late]) };
  } catch (error) {
    return { is: "unknown", why: messageOf(explained(error)) };
  } finally {
    clearTimeout(timer);
  }
}
