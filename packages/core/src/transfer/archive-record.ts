import { z } from "zod";
import type { BufferedTap } from "../buffer/index.ts";
import { TaplineError } from "../kernel/index.ts";
import { encodeTap, sealTap, type Tap, type TapSignature } from "../tap/index.ts";

/**
 * A tap as the archive keeps it: one line of NDJSON, UTF-8, LF at the end. The measurements stand in the clear of
 * the line for whoever restores it. A packet has one form only, so its bytes can be made again from the line
 * (`rawOf`), the tracker's signature included; they are kept as `raw` (base64) only where that would give others.
 */
export function archiveRecord(buffered: BufferedTap, tap: Tap, signature: TapSignature | null): string {
  const { agent, epoch, seq, reader, readAtEpochMs, ingestedAtEpochMs, traceparent, payload } = buffered;
  // Written piece by piece: JSON.stringify of the whole costs three times as much, and this runs for every tap.
  let line = `{"tracker":"${tap.trackerId}","trackerEpoch":${tap.epoch},"trackerSeq":${tap.seq},"t0EpochS":${tap.t0EpochS}`;
  line += `,"samples":${JSON.stringify(tap.samples)},"batteryPercent":${tap.batteryPercent},"uptimeS":${tap.uptimeS}`;
  if (tap.part !== undefined) line += `,"part":${JSON.stringify(tap.part)}`;
  if (signature === null) line += `,"signed":false`;
  else
    line += `,"signed":true,"kid":"${signature.kid}","signature":"${signature.signature.toString("base64")}"`;
  line += `,"agent":${JSON.stringify(agent)},"epoch":${epoch},"seq":${seq},"reader":${JSON.stringify(reader)}`;
  line += `,"readAtEpochMs":${readAtEpochMs},"ingestedAtEpochMs":${ingestedAtEpochMs}`;
  if (traceparent !== "") line += `,"traceparent":${JSON.stringify(traceparent)}`;
  if (!packetOf(tap, signature).equals(payload)) line += `,"raw":"${payload.toString("base64")}"`;
  return `${line}}\n`;
}

const count = z.int().min(0);

/** What `rawOf` needs of a line; whatever else stands in it is left alone. */
const recordSchema = z.object({
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

/**
 * The tap of a record as it was read from the tag: the bytes that the tracker signed and the index has the digest of.
 * Reads the lines of every version: earlier ones hold each tap's bytes as `raw`.
 * @param record a parsed line of an archived object
 * @throws TaplineError `corrupt` where it is no record of a tap
 */
export function rawOf(record: unknown): Buffer {
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) throw new TaplineError("corrupt", "the line is not an archived tap's");
  const { raw, kid, signature, tracker, trackerEpoch, trackerSeq, part, ...measured } = parsed.data;
  if (raw !== undefined) return Buffer.from(raw, "base64");
  const tap: Tap = {
    ...{ trackerId: tracker, epoch: trackerEpoch, seq: trackerSeq },
    ...measured,
    ...(part === undefined ? {} : { part }),
  };
  if (kid === undefined || signature === undefined) return encodeTap(tap);
  return sealTap(tap, { kid, signature: Buffer.from(signature, "base64") });
}

function packetOf(tap: Tap, signature: TapSignature | null): Buffer {
  return signature === null ? encodeTap(tap) : sealTap(tap, signature);
}
