import { z } from "zod";
import { histogramDataSchema } from "./histogram.ts";

/** What is also counted by agent and reader. */
export const readerCounters = ["tap.ingested", "tap.archived", "tap.duplicate", "tap.rejected"] as const;

export type ReaderCounter = (typeof readerCounters)[number];

/** What is also counted by agent. */
export const agentCounters = ["tap.refused_at_door", "tap.turned_away", "tap.taken_late"] as const;

export type AgentCounter = (typeof agentCounters)[number];

/** What is also counted by archive. */
export const archiveCounters = ["archive.stored", "archive.failed", "archive.written_bytes"] as const;

export type ArchiveCounter = (typeof archiveCounters)[number];

/** What is also timed by agent. */
export const agentHistograms = ["tap.to_archive_ms"] as const;

export type AgentHistogram = (typeof agentHistograms)[number];

/**
 * Most entries of one list in a delta: as many as a segment has taps, so that its end is always told whole. A process that
 * reaches it reports at once; what belongs to further ones before it could is counted in the whole alone.
 */
export const maxPartsPerList = 1_000;

/**
 * Names of agents and archives: as long as a label of DNS. With `readerNameFits` it bounds what a scope of KPIs is called, so that it has its
 * place in an index of PostgreSQL, whose rows have 2,704 bytes at most: 128 characters of a reader are 1,536 bytes, escaped.
 */
export const nameFits = (name: string): boolean => name.length > 0 && name.length <= 63;

/** Names of readers: 128 characters, as the door takes them, some of which are two units of UTF-16. */
export const readerNameFits = (name: string): boolean =>
  name.length > 0 && (name.length <= 128 || /^.{1,128}$/su.test(name));

const name = z.string().refine(nameFits, "must be 1-63 characters");
const readerName = z.string().refine(readerNameFits, "must be 1-128 characters");
const count = z.int().min(1);
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).max(maxPartsPerList);

/**
 * Whom counts of a delta belong to: `[agent, reader, count]`, `[agent, count]`, `[archive, count]`. Lists, since names come from
 * outside and must not be keys; each count is in one entry. What no list has belongs to nobody in particular.
 */
export const deltaPartsSchema = z.strictObject({
  readers: z.partialRecord(z.enum(readerCounters), list(z.tuple([name, readerName, count]))),
  agents: z.partialRecord(z.enum(agentCounters), list(z.tuple([name, count]))),
  archives: z.partialRecord(z.enum(archiveCounters), list(z.tuple([name, count]))),
  agentTimes: z.partialRecord(z.enum(agentHistograms), list(z.tuple([name, histogramDataSchema]))),
});

export type DeltaParts = z.infer<typeof deltaPartsSchema>;
