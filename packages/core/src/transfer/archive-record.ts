import type { BufferedTap } from "../buffer/index.ts";
import type { Tap } from "../tap/index.ts";

/**
 * A tap as the archive keeps it: one line of NDJSON, UTF-8, LF at the end. The measurements stand in the clear of
 * the line for whoever restores it; `raw` is the tap as it was read (base64), which the tracker's signature covers.
 */
export function archiveRecord(buffered: BufferedTap, tap: Tap, signed: boolean): string {
  return `${JSON.stringify({
    tracker: tap.trackerId,
    trackerEpoch: tap.epoch,
    trackerSeq: tap.seq,
    t0EpochS: tap.t0EpochS,
    samples: tap.samples,
    batteryPercent: tap.batteryPercent,
    uptimeS: tap.uptimeS,
    ...(tap.part === undefined ? {} : { part: tap.part }),
    signed,
    agent: buffered.agent,
    epoch: buffered.epoch,
    seq: buffered.seq,
    reader: buffered.reader,
    readAtEpochMs: buffered.readAtEpochMs,
    ingestedAtEpochMs: buffered.ingestedAtEpochMs,
    ...(buffered.traceparent === "" ? {} : { traceparent: buffered.traceparent }),
    raw: buffered.payload.toString("base64"),
  })}\n`;
}
