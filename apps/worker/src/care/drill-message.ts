import {
  type AgentRun,
  type Manifest,
  manifestSchema,
  type Rewrap,
  rewrapSchema,
  type TapRun,
} from "@tapline/core/transfer";
import { z } from "zod";

const hex = z
  .string()
  .regex(/^(?:[0-9a-f]{2})*$/)
  .transform((text) => Buffer.from(text, "hex"));
const count = z.int().min(0);

/** What the process that decrypts is told: what the object should hold. */
const headerSchema = z.object({
  manifest: manifestSchema,
  tapRuns: z.array(
    z.object({ tracker: z.string(), trackerEpoch: count, firstSeq: count, lastSeq: count, digests: hex }),
  ),
  agentRuns: z.array(
    z.object({ agent: z.string(), epoch: count, firstSeq: count, lastSeq: count, count, members: hex }),
  ),
  rewrap: z.object({ rewrap: rewrapSchema, head: hex }).nullable(),
});

type DrillHeader = z.output<typeof headerSchema>;

/** What it answers, one line of JSON: no content of the object. */
export const drillAnswerSchema = z.union([
  z.strictObject({ ok: z.literal(true), taps: count }),
  z.strictObject({ ok: z.literal(false), detail: z.string() }),
]);

export type DrillAnswer = z.infer<typeof drillAnswerSchema>;

/** What an object should hold: its manifest, and what the index names of it. */
export type DrillProof = {
  readonly manifest: Manifest;
  readonly tapRuns: readonly TapRun[];
  readonly agentRuns: readonly AgentRun[];
  /** By which the object opens, where the key is none of its manifest's; null otherwise. */
  readonly rewrap: { readonly rewrap: Rewrap; readonly head: Buffer } | null;
};

/** Header and object as one message: the header's length (4 bytes, big-endian), the header (JSON), the object. */
export function writeDrillMessage(proof: DrillProof, object: Buffer): Buffer {
  const { manifest, tapRuns, agentRuns, rewrap } = proof;
  const header = Buffer.from(
    JSON.stringify({
      manifest,
      tapRuns: tapRuns.map((run) => ({ ...run, digests: run.digests.toString("hex") })),
      agentRuns: agentRuns.map((run) => ({ ...run, members: run.members.toString("hex") })),
      rewrap: rewrap === null ? null : { ...rewrap, head: rewrap.head.toString("hex") },
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, object]);
}

/** @throws where it is not what `writeDrillMessage` wrote */
export function readDrillMessage(message: Buffer): { header: DrillHeader; object: Buffer } {
  const end = 4 + message.readUInt32BE(0);
  const header = headerSchema.parse(JSON.parse(message.toString("utf8", 4, end)));
  return { header, object: message.subarray(end) };
}
