import type { AgentState } from "../../client/agent-state.ts";
import { formatCount, formatSpan, formatTime, unknown } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { type AgentView, mostGapNumbers } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/agent-words.ts";
import { isBehind, type Standing, type TroubleKind } from "./agent-standing.ts";
import type { AgentsView } from "./view.ts";

const dayMs = 24 * 3_600_000;

export const showNames: Record<AgentsView["show"], string> = {
  all: strings.all,
  trouble: strings.notWell,
  online: strings.online,
  offline: strings.offline,
  "never-seen": strings.neverSeen,
  revoked: strings.revoked,
};

export const stateNames: Record<AgentState, string> = {
  online: strings.online,
  offline: strings.offline,
  "never-seen": strings.neverSeen,
  revoked: strings.revoked,
};

/** What is only on its way calls nobody, and has no colour. */
export const calls = (kind: TroubleKind): boolean => kind !== "behind";

const pauses = {
  "outbox-full": strings.itsOutboxIsFull,
  "outbox-old": strings.aTapHasWaitedToo,
  "disk-full": strings.itsDiskIsFull,
} as const;

/** One thing that is not as it should be, in words. */
export function troubleWords(kind: TroubleKind, standing: Standing, nowEpochMs: number): string {
  const { agent, readers, waitedMs, certificateEndsAtEpochMs: endsAt } = standing;
  const report = agent.last?.report;
  switch (kind) {
    case "offline":
      return strings.offlineNotHeardOfFor({
        span: formatSpan(nowEpochMs - (agent.last?.seenAtEpochMs ?? nowEpochMs)),
      });
    case "certificate-ended":
      return endsAt === null
        ? strings.hasNoGoodCertificate
        : strings.certificateEndedSpanAgo({ span: formatSpan(nowEpochMs - endsAt) });
    case "certificate-ending":
      return strings.certificateEndsInDaysLeft({ daysLeft: daysLeft(endsAt, nowEpochMs) });
    case "paused":
      return strings.readsNoTapsValue({ value: report?.paused == null ? unknown : pauses[report.paused] });
    case "readers-silent":
      return strings.silentOfSilent2Readers({
        silent: readers.silent,
        silent2: readers.silent + readers.working,
      });
    case "outbox-old":
      return strings.aTapHasWaitedFor({ span: formatSpan(waitedMs) });
    case "never-came":
      return strings.enrolledSpanAgoAndNot({
        span: formatSpan(nowEpochMs - (agent.enrolledAtEpochMs ?? nowEpochMs)),
      });
    case "clock-off":
      return strings.itsClockIsOffBy({ clockSkewMs: formatSkew(report?.clockSkewMs ?? null) });
    case "gaps":
      return gapWords(agent.gapNumbers);
    case "behind":
      return strings.notYetAtWanted({ wanted: wantedWords(agent) });
  }
}

function gapWords(numbers: number): string {
  if (numbers > mostGapNumbers)
    return strings.moreThanMostGapNumbers({ mostGapNumbers: formatCount(mostGapNumbers) });
  return strings.tapsWithoutAnEnd({ numbers });
}

/** How an agent stands where nothing is wrong with it. */
export function calmWords({ agent, state }: Standing, nowEpochMs: number, zone: TimeZoneChoice): string {
  const { tokenEndsAtEpochMs: until, revokedAtEpochMs } = agent;
  const token = until === null ? "" : strings.tokenGoodUntilTime({ time: formatTime(until, zone, false) });
  if (state === "online") return strings.online;
  if (state === "revoked")
    return [
      strings.revokedSpanAgo({ span: formatSpan(nowEpochMs - (revokedAtEpochMs ?? nowEpochMs)) }),
      token,
    ]
      .filter((part) => part !== "")
      .join(", ");
  if (agent.enrolledAtEpochMs !== null) return strings.enrolledReportsAnyMoment;
  return token === "" ? strings.neverSeenAndNoToken : strings.neverSeenToken({ token });
}

/** What the roll-outs want of it where it is not there, such as `1.3.0` or `config 4`. */
export function wantedWords(agent: AgentView): string {
  const { wanted, last } = agent;
  if (wanted === null || last === null || !isBehind(agent)) return "";
  const version = wanted.version !== null && wanted.version !== last.report.version ? wanted.version : null;
  const config =
    wanted.revision === last.report.configRevision
      ? null
      : strings.configRevision({ revision: wanted.revision });
  return [version, config].filter((part) => part !== null).join(", ");
}

/** The server's clock minus the agent's, with its sign. `null`: not measured. */
export function formatSkew(ms: number | null): string {
  if (ms === null) return unknown;
  const size = Math.abs(ms);
  return `${ms < 0 ? "−" : "+"}${size < 1_000 ? strings.sizeMs({ size }) : formatSpan(size)}`;
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
