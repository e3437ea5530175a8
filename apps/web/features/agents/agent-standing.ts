import { type AgentState, stateOf } from "../../client/agent-state.ts";
import type { AgentView } from "../../contracts/agents.ts";
import { language } from "../../strings/locale.ts";

/** What is not as it should be, the worst first: the order of the list. */
export const troubleKinds = [
  "offline",
  "certificate-ended",
  "paused",
  "readers-silent",
  "outbox-old",
  "never-came",
  "clock-off",
  "certificate-ending",
  "gaps",
  "behind",
] as const;

export type TroubleKind = (typeof troubleKinds)[number];

const [minuteMs, dayMs] = [60_000, 24 * 3_600_000];

/** The limits of the shipped alert rules of agents. */
const limits = { outboxAgeMs: 15 * minuteMs, clockMs: 30_000, certificateMs: 7 * dayMs } as const;
/** An agent that has enrolled reports at once; so long it may take, ms. */
const firstReportMs = 3 * minuteMs;

/** How an agent is, by the server's clock of now. */
export interface Standing {
  agent: AgentView;
  state: AgentState;
  /** The worst first. */
  troubles: readonly TroubleKind[];
  /** Readers that take taps, and those that do not; all of an agent that is offline. */
  readers: { working: number; silent: number };
  /** How long the oldest tap in the outbox has waited, ms; 0 where none waits. */
  waitedMs: number;
  /** When the certificate ends that it shows. */
  certificateEndsAtEpochMs: number | null;
}

export function standingOf(agent: AgentView, nowEpochMs: number): Standing {
  const state = stateOf(agent, nowEpochMs);
  const { last } = agent;
  const outbox = last?.report.outbox;
  const sinceMs = last === null || state === "online" ? 0 : Math.max(0, nowEpochMs - last.seenAtEpochMs);
  const standing = {
    ...{ agent, state, readers: readersOf(agent, state) },
    waitedMs: outbox === undefined || outbox.taps === 0 ? 0 : outbox.oldestAgeMs + sinceMs,
    certificateEndsAtEpochMs:
      agent.certificate?.endsAtEpochMs ?? last?.report.certificateEndsAtEpochMs ?? null,
  };
  const found = troublesOf(standing, nowEpochMs);
  return { ...standing, troubles: troubleKinds.filter((kind) => found.has(kind)) };
}

function readersOf({ last }: AgentView, state: AgentState): Standing["readers"] {
  const { ready = 0, reading = 0, collision = 0, gone: _, ...troubled } = last?.report.readers ?? {};
  const silent = Object.values(troubled).reduce((sum, count) => sum + count, 0);
  const working = ready + reading + collision;
  return state === "online" ? { working, silent } : { working: 0, silent: silent + working };
}

function troublesOf(standing: Omit<Standing, "troubles">, nowEpochMs: number): Set<TroubleKind> {
  const { agent, state, readers, waitedMs, certificateEndsAtEpochMs: endsAt } = standing;
  const found = new Set<TroubleKind>();
  const note = (kind: TroubleKind, isSo: boolean) => isSo && found.add(kind);
  if (state === "revoked") return found;
  note("offline", state === "offline");
  note("gaps", agent.gapNumbers > 0);
  const isEnded = endsAt === null ? agent.enrolledAtEpochMs !== null : endsAt <= nowEpochMs;
  note("certificate-ended", isEnded);
  note("certificate-ending", endsAt !== null && !isEnded && endsAt - nowEpochMs < limits.certificateMs);
  note("outbox-old", waitedMs > limits.outboxAgeMs);
  if (state === "never-seen") {
    const { enrolledAtEpochMs: at } = agent;
    note("never-came", at !== null && nowEpochMs - at > firstReportMs);
  }
  const report = agent.last?.report;
  if (state !== "online" || report === undefined) return found;
  note("paused", report.paused !== null);
  note("readers-silent", readers.silent > 0);
  note("clock-off", Math.abs(report.clockSkewMs ?? 0) > limits.clockMs);
  note("behind", isBehind(agent));
  return found;
}

/** Whether it runs something else than the roll-outs want of it. */
export function isBehind({ wanted, last }: AgentView): boolean {
  if (wanted === null || last === null) return false;
  const { version, configRevision } = last.report;
  return (wanted.version !== null && wanted.version !== version) || wanted.revision !== configRevision;
}

const byName = new Intl.Collator(language, { numeric: true });
const stateRanks: Record<AgentState, number> = { offline: 0, online: 0, "never-seen": 1, revoked: 2 };

/** The order of the list: what is abnormal first, of that the worst; what is alike by name. */
export function compareStandings(a: Standing, b: Standing): number {
  return rankOf(a) - rankOf(b) || byName.compare(a.agent.id, b.agent.id);
}

function rankOf({ state, troubles }: Standing): number {
  const [worst] = troubles;
  return worst === undefined ? troubleKinds.length + stateRanks[state] : troubleKinds.indexOf(worst);
}
