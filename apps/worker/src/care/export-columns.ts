import { TaplineError } from "@tapline/core/kernel";
import { type ArchiveRecord, archiveRecordSchema, rawOf } from "@tapline/core/transfer";

/** A tap as a row of a table. */
export type ExportedTap = Omit<ArchiveRecord, "raw"> & { readonly segment: string; readonly raw: Buffer };

/** @throws TaplineError `corrupt` where the line is not an archived tap's */
export function toExported(record: unknown, segment: string): ExportedTap {
  const parsed = archiveRecordSchema.safeParse(record);
  if (!parsed.success)
    throw new TaplineError("corrupt", `a line of segment ${segment} is not an archived tap's`);
  return { ...parsed.data, segment, raw: rawOf(record) };
}

/** The columns of an exported table, in their order; docs/operations.md says what each holds. */
export function columnsOf(taps: readonly ExportedTap[]) {
  const column = <Value>(
    name: string,
    type: "STRING" | "JSON" | "INT32" | "INT64" | "BOOLEAN" | "TIMESTAMP" | "BYTE_ARRAY",
    of: (tap: ExportedTap) => Value,
    nullable = false,
  ) => ({ name, type, data: taps.map(of), nullable });
  return [
    column("tracker", "STRING", (tap) => tap.tracker),
    column("tracker_epoch", "INT64", (tap) => BigInt(tap.trackerEpoch)),
    column("tracker_seq", "INT64", (tap) => BigInt(tap.trackerSeq)),
    column("t0", "TIMESTAMP", (tap) => new Date(tap.t0EpochS * 1000)),
    column("samples", "JSON", (tap) => tap.samples),
    column("battery_percent", "INT32", (tap) => tap.batteryPercent),
    column("uptime_s", "INT64", (tap) => BigInt(tap.uptimeS)),
    column("part_index", "INT32", (tap) => tap.part?.index ?? null, true),
    column("part_of", "INT32", (tap) => tap.part?.of ?? null, true),
    column("signed", "BOOLEAN", (tap) => tap.signed),
    column("agent", "STRING", (tap) => tap.agent),
    column("epoch", "INT64", (tap) => BigInt(tap.epoch)),
    column("seq", "INT64", (tap) => BigInt(tap.seq)),
    column("reader", "STRING", (tap) => tap.reader),
    column("read_at", "TIMESTAMP", (tap) => new Date(tap.readAtEpochMs)),
    column("ingested_at", "TIMESTAMP", (tap) => new Date(tap.ingestedAtEpochMs)),
    column("segment", "STRING", (tap) => tap.segment),
    column("raw", "BYTE_ARRAY", (tap) => new Uint8Array(tap.raw)),
  ];
}
