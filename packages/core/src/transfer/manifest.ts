import { z } from "zod";
import { canonicalJson, sha256Hex, TaplineError } from "../kernel/index.ts";
import { agentIdSchema } from "../tap/index.ts";
import { objectPaths, segmentIdSchema } from "./object-paths.ts";
import { type AgentRun, agentRunCount, type TapRun } from "./runs.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, "must be lower-case hexadecimal");

/** Largest plain text (NDJSON) of one segment, bytes. */
export const maxPlainBytes = 256 * 1024 * 1024;

/** Consecutive sequence numbers of one tracker; `digests` are the first 8 bytes of each tap's SHA-256, joined. */
const runSchema = z
  .strictObject({
    tracker: z.string().min(1).max(256),
    epoch: count,
    firstSeq: count,
    lastSeq: count,
    count: count.min(1),
    digests: hex,
  })
  .refine((run) => run.lastSeq - run.firstSeq + 1 === run.count, {
    error: "a run has no holes",
    path: ["count"],
  })
  .refine((run) => run.digests.length === run.count * 16, {
    error: "8 bytes for each tap",
    path: ["digests"],
  });

/** Taps of one agent's epoch; bit i, least significant first, of `members` is set where tap `firstSeq + i` is one. */
const agentRunSchema = z
  .strictObject({
    agent: agentIdSchema,
    epoch: count,
    firstSeq: count,
    lastSeq: count,
    count: count.min(1),
    members: hex,
  })
  .refine((run) => run.members.length / 2 === Math.floor((run.lastSeq - run.firstSeq) / 8) + 1, {
    error: "one bit for each number",
    path: ["members"],
  })
  .refine((run) => agentRunCount(Buffer.from(run.members, "hex")) === run.count, {
    error: "must be the number of members",
    path: ["count"],
  });

/**
 * What an archived object is and holds: its `….manifest.json`, canonical JSON (RFC 8785). Times in ms since 1970,
 * digests SHA-256 in hexadecimal.
 */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  segment: segmentIdSchema,
  createdAtEpochMs: count,
  taps: count,
  firstReadAtEpochMs: count,
  lastReadAtEpochMs: count,
  /** Of the NDJSON before compression. */
  plainBytes: count.max(maxPlainBytes),
  plainSha256: digest,
  /** Of the gzip file that the object holds encrypted: in older manifests. The object's own tag and digest cover it. */
  gzipSha256: digest.exactOptional(),
  objectBytes: count,
  objectSha256: digest,
  /** File name of the object, in the manifest's folder. */
  objectName: z.string(),
  recipients: z
    .array(z.strictObject({ subject: z.string().min(1), ski: hex.min(2), certSha256: digest }))
    .min(1)
    .max(16),
  runs: z.array(runSchema),
  agents: z.array(agentRunSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** What `buildManifest` is told; version and objectName follow from it. Of each recipient, three facts are kept. */
export type ManifestFacts = Omit<Manifest, "version" | "objectName" | "gzipSha256">;

/** The manifest's bytes. @throws TaplineError `invalid-input` naming the field that cannot be */
export function buildManifest(facts: ManifestFacts): Buffer {
  const { object } = objectPaths(facts.segment);
  const parsed = manifestSchema.safeParse({
    ...facts,
    version: 1,
    objectName: object.slice(object.lastIndexOf("/") + 1),
    recipients: facts.recipients.map(({ subject, ski, certSha256 }) => ({ subject, ski, certSha256 })),
  });
  if (!parsed.success)
    throw new TaplineError(
      "invalid-input",
      `the manifest of ${facts.segment} cannot be: ${issuesOf(parsed.error)}`,
    );
  return canonicalJson(parsed.data);
}

/** The runs that a manifest names, as the index keeps them. */
export function runsOf(manifest: Manifest): { tapRuns: TapRun[]; agentRuns: AgentRun[] } {
  return {
    tapRuns: manifest.runs.map(({ tracker, epoch, firstSeq, lastSeq, digests }) => ({
      tracker,
      trackerEpoch: epoch,
      firstSeq,
      lastSeq,
      digests: Buffer.from(digests, "hex"),
    })),
    agentRuns: manifest.agents.map((run) => ({ ...run, members: Buffer.from(run.members, "hex") })),
  };
}

/**
 * Reads a manifest's bytes strictly: they must be the canonical form of a valid manifest.
 * Check its signature first (`verifyDetached`).
 * @throws TaplineError `corrupt`
 */
export function readManifest(bytes: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw corrupt(issuesOf(parsed.error));
  const manifest = parsed.data;
  if (!canonicalJson(manifest).equals(bytes)) throw corrupt("it is not in canonical form");
  if (!objectPaths(manifest.segment).object.endsWith(`/${manifest.objectName}`))
    throw corrupt("its object's name is another segment's");
  return manifest;
}

/**
 * Checks that `object` is the one that `manifest` describes.
 * @throws TaplineError `corrupt` naming what differs
 */
export function checkObject(manifest: Manifest, object: Uint8Array): void {
  if (object.length !== manifest.objectBytes)
    throw corruptObject(
      manifest,
      `it has ${object.length} bytes where its manifest says ${manifest.objectBytes}`,
    );
  if (sha256Hex(object) !== manifest.objectSha256)
    throw corruptObject(manifest, "its SHA-256 is not the one in its manifest");
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

function corrupt(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the manifest is not as it was written: ${detail}`, {
    remedy: "Restore manifest, signature and object from a copy of the archive.",
    ...(cause === undefined ? {} : { cause }),
  });
}

function corruptObject({ objectName }: Manifest, detail: string): TaplineError {
  return new TaplineError("corrupt", `${objectName} is not as it was archived: ${detail}`, {
    remedy: "Restore the object from a copy of the archive.",
  });
}
