import type { AgentState } from "../../client/agent-state.ts";
import { formatCount, formatSpan, formatTime, unknown } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { type AgentView, mostGapNumbers } from "../../contracts/agents.ts";
import { isBehind, type Standing, type TroubleKind } from "./agent-standing.ts";
import type { AgentsView } from "./view.ts";

const dayMs = 24 * 3_600_000;

export const showNames: Record<AgentsView["show"], string> = {
  all: "All",
  trouble: "Not well",
  online: "Online",
  offline: "Offline",
  "never-seen": "Never seen",
  revoked: "Revoked",
};

export const stateNames: Record<AgentState, string> = {
  online: "Online",
  offline: "Offline",
  "never-seen": "Never seen",
  revoked: "Revoked",
};

/** What is only on its way calls nobody, and has no colour. */
export const calls = (kind: TroubleKind): boolean => kind !== "behind";

const pauses = {
  "outbox-full": "its outbox is full",
  "outbox-old": "a tap has waited too long",
  "disk-full": "its disk is full",
} as const;

/** One thing that is not as it should be, in words. */
export function troubleWords(kind: TroubleKind, standing: Standing, nowEpochMs: number): string {
  const { agent, readers, waitedMs, certificateEndsAtEpochMs: endsAt } = standing;
  const report = agent.last?.report;
  switch (kind) {
    case "offline":
      return `Offline: not heard of for ${formatSpan(nowEpochMs - (agent.last?.seenAtEpochMs ?? nowEpochMs))}`;
    case "certificate-ended":
      return endsAt === null
        ? "Has no good certificate"
        : `Certificate ended ${formatSpan(nowEpochMs - endsAt)} ago`;
    case "certificate-ending":
      return `Certificate ends in ${daysLeft(endsAt, nowEpochMs)}`;
    case "paused":
      return `Reads no taps: ${report?.paused == null ? unknown : pauses[report.paused]}`;
    case "readers-silent":
      return `${readers.silent} of ${readers.silent + readers.working} readers take no taps`;
    case "outbox-old":
      return `A tap has waited for ${formatSpan(waitedMs)}`;
    case "never-came":
      return `Enrolled ${formatSpan(nowEpochMs - (agent.enrolledAtEpochMs ?? nowEpochMs))} ago, and not heard of yet`;
    case "clock-off":
      return `Its clock is off by ${formatSkew(report?.clockSkewMs ?? null)}`;
    case "gaps":
      return gapWords(agent.gapNumbers);
    case "behind":
      return `Not yet at ${wantedWords(agent)}`;
  }
}

function gapWords(numbers: number): string {
  if (numbers > mostGapNumbers) return `More than ${formatCount(mostGapNumbers)} taps without an end`;
  return `${formatCount(numbers)} ${numbers === 1 ? "tap" : "taps"} without an end`;
}

/** How an agent stands where nothing is wrong with it. */
export function calmWords({ agent, state }: Standing, nowEpochMs: number, zone: TimeZoneChoice): string {
  const { tokenEndsAtEpochMs: until, revokedAtEpochMs } = agent;
  const token = until === null ? "" : `token good until ${formatTime(until, zone, false)}`;
  if (state === "online") return "Online";
  if (state === "revoked")
    return [`Revoked ${formatSpan(nowEpochMs - (revokedAtEpochMs ?? nowEpochMs))} ago`, token]
      .filter((part) => part !== "")
      .join(", ");
  if (agent.enrolledAtEpochMs !== null) return "Enrolled, reports any moment";
  return token === "" ? "Never seen, and no token waits" : `Never seen, ${token}`;
}

/** What the roll-outs want of it where it is not there, such as `1.3.0` or `config 4`. */
export function wantedWords(agent: AgentView): string {
  const { wanted, last } = agent;
  if (wanted === null || last === null || !isBehind(agent)) return "";
  const version = wanted.version !== null && wanted.version !== last.report.version ? wanted.version : null;
  const config = wanted.revision === last.report.configRevision ? null : `config ${wanted.revision}`;
  return [version, config].filter((part) => part !== null).join(", ");
}

/** The server's clock minus the agent's, with its sign. `null`: not measured. */
export function formatSkew(ms: number | null): string {
  if (ms === null) return unknown;
  const size = Math.abs(ms);
  return `${ms < 0 ? "−" : "+"}${size < 1_000 ? `${size} ms` : formatSpan(size)}`;
}

/** Until then, in days; hours on the last of them. */
export function daysLeft(epochMs: number | null, nowEpochMs: number): string {
  if (epochMs === null) return unknown;
  const leftMs = epochMs - nowEpochMs;
  if (leftMs <= 0) return "0 d";
  return leftMs < dayMs ? formatSpan(leftMs) : `${Math.floor(leftMs / dayMs)} d`;
}

/** How long ago; an en dash where never. */
export const formatAgo = (epochMs: number | null, nowEpochMs: number): string =>
  epochMs === null ? unknown : formatSpan(nowEpochMs - epochMs);
