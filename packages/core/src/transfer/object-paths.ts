import { z } from "zod";
import { TaplineError, uuidV7EpochMs } from "../kernel/index.ts";

/** Folder of segments that were taken out of the archive's count; their files keep their names. */
export const quarantineFolder = "quarantine";

/** The archive's name where the settings name one alone. */
export const mainTarget = "main";

/** Where the files of one segment lie, relative to the archive's root, parts joined by `/`. */
export interface ObjectPaths {
  readonly object: string;
  readonly manifest: string;
  readonly signature: string;
  /** That the audit log says so (C2SP tlog-proof). No part of the segment: it comes later, and may be made anew. */
  readonly logProof: string;
}

/** A segment's id: a UUID version 7 in lower case. */
export const segmentIdSchema = z
  .uuid({ version: "v7" })
  .regex(/^[0-9a-f-]+$/, "must be in lower case")
  .describe("segment id");

/**
 * The paths of a segment's object, manifest and signature, and of the log's proof: `<YYYY>/<MM>/<DD>/segment-<id>.…`, the UTC day of the
 * id's own time, so that a path follows from the id alone.
 * @throws TaplineError `invalid-input` where `segmentId` is not a UUID version 7
 */
export function objectPaths(segmentId: string): ObjectPaths {
  if (!segmentIdSchema.safeParse(segmentId).success)
    throw new TaplineError(
      "invalid-input",
      `"${segmentId.slice(0, 64)}" is not a segment id (UUID version 7)`,
    );
  const day = dayOfSegment(segmentId);
  const manifest = `${day}/segment-${segmentId}.manifest.json`;
  return {
    ...{ manifest, signature: `${manifest}.p7s` },
    object: `${day}/segment-${segmentId}.ndjson.gz.p7m`,
    logProof: `${day}/segment-${segmentId}.tlog-proof`,
  };
}

/** The folder that a segment's files lie in: `YYYY/MM/DD`, the UTC day of the id's own time. */
export function dayOfSegment(segmentId: string): string {
  return new Date(uuidV7EpochMs(segmentId)).toISOString().slice(0, 10).replaceAll("-", "/");
}

const parts = {
  "ndjson.gz.p7m": "object",
  "manifest.json": "manifest",
  "manifest.json.p7s": "signature",
} as const;

/** What a segment is made of. */
export type SegmentPart = (typeof parts)[keyof typeof parts];

/** Whose file it is, and which of the three, by its name; `null` for any other file. */
export function segmentOfFile(fileName: string): { segment: string; part: SegmentPart } | null {
  const [, segment = "", ending = ""] = /^segment-([0-9a-f-]{36})\.(.+)$/.exec(fileName) ?? [];
  const part = Object.entries(parts).find(([name]) => name === ending)?.[1];
  return part !== undefined && segmentIdSchema.safeParse(segment).success ? { segment, part } : null;
}

/** The segment id in a manifest's file name, or `null` for any other file. */
export function segmentOfManifest(fileName: string): string | null {
  const found = segmentOfFile(fileName);
  return found?.part === "manifest" ? found.segment : null;
}
