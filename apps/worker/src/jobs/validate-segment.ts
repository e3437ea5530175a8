import type { DoorNews, RefusedQuota, SegmentBuffer } from "@tapline/adapters/redis";
import { type OpenSegment, routeOf } from "@tapline/core/buffer";
import {
  type CheckedTap,
  checkSignature,
  type KnownTracker,
  type RulesRelease,
  type TapVerdict,
} from "@tapline/core/validation";
import { inStageSpan, noteBuffered } from "@tapline/telemetry/segments";
import type { Logger } from "pino";
import { claimSequence, type SequenceClaim, type SequenceParts } from "./claim-sequence.ts";
import {
  type ColourParts,
  compareWithOther,
  isCompared,
  isGivenBack,
  leaveToOther,
} from "./compare-colours.ts";
import { quotaCounts } from "./refused-taps.ts";
import type { LoadedTap, SegmentLoader } from "./segment-loader.ts";
import { verdictHintsOf } from "./verdict-hints.ts";

export type ValidationParts = SequenceParts &
  ColourParts & {
    readonly buffer: SegmentBuffer;
    readonly loader: SegmentLoader;
    readonly doorNews: Pick<DoorNews, "tellVerdicts">;
    readonly refusedQuota: Pick<RefusedQuota, "count" | "perDay">;
    /** The release of the rules to judge by. */
    readonly rules: () => Promise<RulesRelease>;
    readonly findTrackers: (ids: readonly string[]) => Promise<ReadonlyMap<string, KnownTracker>>;
    readonly log: Pick<Logger, "warn">;
  };

/** The validation stage: judges every tap of the segment and keeps the verdicts. Safe to run again. */
export async function validateSegment(id: string, parts: ValidationParts): Promise<void> {
  const segment = await parts.buffer.find(id);
  if (segment === null) return;
  if (segment.stage === "validation") {
    if (isGivenBack(segment, "validation", parts)) return;
    const release = await parts.rules();
    const { taps } = await parts.loader.load(segment, release);
    const buffered = taps.map((tap) => tap.buffered);
    await inStageSpan("validation", segment, buffered, async () => {
      noteBuffered(segment, buffered);
      await validate(segment, taps, release, parts);
    });
  } else {
    await parts.queues.add(segment.stage, id, routeOf(segment, segment.stage));
  }
}

async function validate(
  segment: OpenSegment,
  taps: readonly LoadedTap[],
  release: RulesRelease,
  parts: ValidationParts,
): Promise<void> {
  const { id } = segment;
  const verdicts = await judge(segment, taps, release, parts);
  noteJudged(segment, verdicts, parts);
  const came = { grounds: String(release.version), result: verdicts.map(wordOf).join() };
  if (isCompared(segment, "validation", parts)) return await leaveToOther(segment, "validation", came, parts);
  compareWithOther(segment, "validation", came, parts);
  const next = verdicts.some((verdict) => verdict.is === "accepted") ? "encryption" : "transfer";
  const isFirst = await parts.loader.keepVerdicts(id, verdicts, next);
  if (isFirst) await countRefused(id, taps, verdicts, parts);
  await parts.queues.add(next, id, routeOf(segment, next));
  // A hint for the person at the reader: nobody waits for it, and nothing hangs on it.
  if (isFirst) parts.doorNews.tellVerdicts(verdictHintsOf(taps, verdicts)).catch(() => undefined);
}

/** A verdict without the words in which it is told. */
function wordOf(verdict: TapVerdict): string {
  return verdict.is === "rejected" ? `rejected: ${verdict.reason}` : verdict.is;
}

function noteJudged(
  segment: OpenSegment,
  verdicts: readonly TapVerdict[],
  { evidence, colour }: ValidationParts,
): void {
  const { watch } = routeOf(segment, "validation");
  if (watch === null) return;
  const rejected = verdicts.filter(({ is }) => is === "rejected").length;
  evidence.note("validation", colour, watch, { taps: verdicts.length, rejected }).catch(() => undefined);
}

/** Where this is cut off, transfer counts: each segment counts once. */
async function countRefused(
  id: string,
  taps: readonly LoadedTap[],
  verdicts: readonly TapVerdict[],
  { refusedQuota, log }: ValidationParts,
): Promise<void> {
  const remedy =
    "see tapline quarantine ls --agent for why; revoke the agent where it is hostile, raise TAPLINE_AGENT_REFUSED_TAPS_PER_DAY where it is not";
  const { spent } = await refusedQuota.count(id, quotaCounts(taps, verdicts));
  for (const agent of spent)
    log.warn(
      { agent, segment: id, perDay: refusedQuota.perDay, remedy },
      "an agent has brought as many refused taps and duplicates today as it may at once; of larger ones only digests are kept now, and the door lets it in only as far as few are refused",
    );
}

async function judge(
  { id, generation }: OpenSegment,
  taps: readonly LoadedTap[],
  release: RulesRelease,
  parts: ValidationParts,
): Promise<TapVerdict[]> {
  const checked = await checkAll(taps, parts.findTrackers);
  const verdicts: TapVerdict[] = [];
  const claims: { claim: SequenceClaim; at: number }[] = [];
  const seen = new Map<string, Buffer>();
  const { version: rules } = release;
  for (const [at, { buffered, digest }] of taps.entries()) {
    const result = checked[at];
    const owner = `${buffered.agent}/${buffered.epoch}/${buffered.seq}`;
    const before = seen.get(owner);
    if (before !== undefined) {
      verdicts[at] = before.equals(digest)
        ? { is: "redelivered", segment: id }
        : twoFaced(owner, id, before, rules);
    } else if (result === undefined || !result.ok) {
      const { reason, detail } = result ?? { reason: "schema", detail: "" };
      verdicts[at] = { is: "rejected", reason, detail, rules };
    } else {
      const { trackerId, epoch, seq } = result.tap;
      const short = digest.toString("hex", 0, 8);
      const tracker = { tracker: trackerId, trackerEpoch: epoch, trackerSeq: seq };
      const { agent, epoch: agentEpoch, seq: agentSeq } = buffered;
      claims.push({
        at,
        claim: { ...tracker, digest: short, owner, agent, epoch: agentEpoch, seq: agentSeq },
      });
    }
    if (before === undefined) seen.set(owner, digest);
  }
  const answers = await claimSequence(
    id,
    generation,
    claims.map(({ claim }) => claim),
    release,
    parts,
  );
  for (const [i, { at }] of claims.entries()) verdicts[at] = answers[i] ?? { is: "accepted" };
  return verdicts;
}

function twoFaced(owner: string, segment: string, digest: Buffer, rules: number): TapVerdict {
  const detail = `the agent's number ${owner} was used twice, for different content`;
  const first = { segment, digest: digest.toString("hex", 0, 8) };
  return { is: "rejected", reason: "equivocation", detail, rules, first };
}

async function checkAll(
  taps: readonly LoadedTap[],
  findTrackers: ValidationParts["findTrackers"],
): Promise<CheckedTap[]> {
  const signers = new Set<string>();
  for (const { opened } of taps)
    if (opened.ok && opened.signature !== null) signers.add(opened.tap.trackerId);
  const trackers = await findTrackers([...signers]);
  return await Promise.all(
    taps.map(async ({ opened }) =>
      opened.ok ? await checkSignature(opened, trackers.get(opened.tap.trackerId)) : opened,
    ),
  );
}
