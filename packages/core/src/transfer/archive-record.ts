import { z } from "zod";
import type { BufferedTap } from "../buffer/index.ts";
import { TaplineError } from "../kernel/index.ts";
import { flatten, packetOf, type ScannedTap, type Tap, type TapSignature } from "../tap/index.ts";
import type { LineWriter } from "./line-writer.ts";

/**
 * Writes a tap as the archive keeps it: one line of NDJSON, UTF-8, LF at the end. The measurements stand in the clear of
 * the line for whoever restores it. A packet has one form only, so its bytes can be made again from the line
 * (`rawOf`), the tracker's signature included; they are kept as `raw` (base64) only where that would give others.
 */
export function archiveRecord(
  into: LineWriter,
  buffered: BufferedTap,
  tap: ScannedTap,
  signature: TapSignature | null,
): void {
  const { agent, epoch, seq, reader, readAtEpochMs, ingestedAtEpochMs, traceparent, payload } = buffered;
  into.ascii('{"tracker":"').ascii(tap.trackerId).ascii('","trackerEpoch":').uint(tap.epoch);
  into.ascii(',"trackerSeq":').uint(tap.seq).ascii(',"t0EpochS":').uint(tap.t0EpochS);
  into.ascii(',"samples":').triples(tap.samples).ascii(',"batteryPercent":').uint(tap.batteryPercent);
  into.ascii(',"uptimeS":').uint(tap.uptimeS);
  if (tap.part !== undefined)
    into.ascii(',"part":{"index":').uint(tap.part.index).ascii(',"of":').uint(tap.part.of).ascii("}");
  if (signature === null) into.ascii(',"signed":false');
  else {
    into.ascii(',"signed":true,"kid":"').ascii(signature.kid).ascii('","signature":"');
    into.ascii(signature.signature.toString("base64")).ascii('"');
  }
  into.ascii(',"agent":').utf8(JSON.stringify(agent)).ascii(',"epoch":').uint(epoch);
  into.ascii(',"seq":').uint(seq).ascii(',"reader":').utf8(JSON.stringify(reader));
  into.ascii(',"readAtEpochMs":').uint(readAtEpochMs).ascii(',"ingestedAtEpochMs":').uint(ingestedAtEpochMs);
  if (traceparent !== "") into.ascii(',"traceparent":').utf8(JSON.stringify(traceparent));
  if (!packetOf(tap, signature).equals(payload))
    into.ascii(',"raw":"').ascii(payload.toString("base64")).ascii('"');
  into.ascii("}\n");
}

const count = z.int().min(0);

/** What `rawOf` needs of a line; whatever else stands in it is left alone. */
const packetSchema = z.object({
  tracker: z.string(),
  trackerEpoch: count,
  trackerSeq: count,
  t0EpochS: count,
  samples: z.array(z.tuple([count, count, count])),
  batteryPercent: count,
  uptimeS: count,
  part: z.object({ index: count, of: count }).optional(),
  kid: z.string().optional(),
  signature: z.base64().optional(),
  raw: z.base64().optional(),
});

/** A line of an archived object, parsed; of every version. */
export const archiveRecordSchema = packetSchema.extend({
  signed: z.boolean(),
  agent: z.string(),
  epoch: count,
  seq: count,
  reader: z.string(),
  readAtEpochMs: count,
  ingestedAtEpochMs: count,
});

export type ArchiveRecord = z.infer<typeof archiveRecordSchema>;

/**
 * The tap of a record as it was read from the tag: the bytes that the tracker signed and the index has the digest of.
 * Reads the lines of every version: earlier ones hold each tap's bytes as `raw`.
 * @param record a parsed line of an archived object
 * @throws TaplineError `corrupt` where it is no record of a tap
 */
export function rawOf(record: unknown): Buffer {
  const parsed = packetSchema.safeParse(record);
  if (!parsed.success) throw new TaplineError("corrupt", "the line is not an archived tap's");
  const { raw, kid, signature, tracker, trackerEpoch, trackerSeq, part, ...measured } = parsed.data;
  if (raw !== undefined) return Buffer.from(raw, "base64");
  const tap: Tap = {
    ...{ trackerId: tracker, epoch: trackerEpoch, seq: trackerSeq },
    ...measured,
    ...(part === undefined ? {} : { part }),
  };
  const isSigned = kid !== undefined && signature !== undefined;
  return packetOf(flatten(tap), isSigned ? { kid, signature: Buffer.from(signature, "base64") } : null);
}
