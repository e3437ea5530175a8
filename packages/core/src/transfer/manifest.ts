import { z } from "zod";
import { canonicalJson, sha256Hex, TaplineError } from "../kernel/index.ts";
import { agentIdSchema } from "../tap/index.ts";
import { objectPaths, segmentIdSchema } from "./object-paths.ts";
import {
  type AgentRun,
  agentRunCount,
  agentRuns,
  indexedDigestBytes,
  type SegmentMember,
  type TapRun,
  tapRuns,
} from "./runs.ts";
import { tapsRoot, treeHead } from "./taps-tree.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, "must be lower-case hexadecimal");

/** Largest plain text (NDJSON) of one segment, bytes. */
export const maxPlainBytes = 256 * 1024 * 1024;

/** Hexadecimal digits that a version's runs have for each tap: version 1 cut digests down. */
const digestDigits = { 1: 2 * indexedDigestBytes, 2: 64 } as const;

/** Consecutive sequence numbers of one tracker; `digests` are the taps' SHA-256, in hexadecimal, joined. */
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
 * digests SHA-256 in hexadecimal. Version 1 has digests of 8 bytes and no root.
 */
export const manifestSchema = z
  .strictObject({
    version: z.union([z.literal(1), z.literal(2)]),
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
    /** Root of the tree over the taps of `runs` (taps-tree.ts): what proves one of them without the others. */
    tapsRoot: digest.exactOptional(),
  })
  .superRefine(({ version, runs, tapsRoot: root }, context) => {
    const refuse = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: "custom", message, path });
    const unfit = runs.findIndex((run) => run.digests.length !== run.count * digestDigits[version]);
    if (unfit !== -1)
      refuse(`must be ${digestDigits[version]} digits for each tap`, "runs", unfit, "digests");
    else if ((version === 1) !== (root === undefined)) refuse("belongs to version 2", "tapsRoot");
  });

export type Manifest = z.infer<typeof manifestSchema>;

/** What a manifest says beside its version, names and runs, which follow from it. Of each recipient, three facts are kept. */
export type ManifestFacts = Omit<
  Manifest,
  "version" | "objectName" | "gzipSha256" | "runs" | "agents" | "tapsRoot"
> & {
  /** The taps, in any order. */
  readonly members: readonly SegmentMember[];
};

/** A manifest's bytes, and the head of the tree of its taps, which its signature is to name, too. */
export type BuiltManifest = { readonly manifest: Buffer; readonly treeHead: Buffer };

/** @throws TaplineError `invalid-input` naming the field that cannot be */
export function buildManifest({ members, ...facts }: ManifestFacts): BuiltManifest {
  const { object } = objectPaths(facts.segment);
  const runs = tapRuns(members, 32).map(({ trackerEpoch, digests, ...run }) => ({
    ...{ ...run, epoch: trackerEpoch, count: run.lastSeq - run.firstSeq + 1 },
    digests: digests.toString("hex"),
  }));
  const root = tapsRoot(runs);
  const parsed = manifestSchema.safeParse({
    ...facts,
    version: 2,
    objectName: object.slice(object.lastIndexOf("/") + 1),
    recipients: facts.recipients.map(({ subject, ski, certSha256 }) => ({ subject, ski, certSha256 })),
    runs,
    agents: agentRuns(members).map(({ members: bits, ...run }) => ({
      ...run,
      members: bits.toString("hex"),
    })),
    tapsRoot: root.toString("hex"),
  });
  if (!parsed.success)
    throw new TaplineError(
      "invalid-input",
      `the manifest of ${facts.segment} cannot be: ${issuesOf(parsed.error)}`,
    );
  return { manifest: canonicalJson(parsed.data), treeHead: treeHead(members.length, root) };
}

/** The runs that a manifest names, as the index keeps them. */
export function runsOf(manifest: Manifest): { tapRuns: TapRun[]; agentRuns: AgentRun[] } {
  return {
    tapRuns: manifest.runs.map(({ tracker, epoch, firstSeq, lastSeq, digests }) => ({
      tracker,
      trackerEpoch: epoch,
      firstSeq,
      lastSeq,
      digests: indexed(Buffer.from(digests, "hex"), digestDigits[manifest.version] / 2),
    })),
    agentRuns: manifest.agents.map((run) => ({ ...run, members: Buffer.from(run.members, "hex") })),
  };
}

/** The head of the tree that a manifest names; null in version 1. */
export function treeHeadOf({ runs, tapsRoot: root }: Manifest): Buffer | null {
  if (root === undefined) return null;
  const taps = runs.reduce((sum, run) => sum + run.count, 0);
  return treeHead(taps, Buffer.from(root, "hex"));
}

/** The first bytes of each digest, which has `bytes` of them. */
function indexed(digests: Buffer, bytes: number): Buffer {
  if (bytes === indexedDigestBytes) return digests;
  const cut = Buffer.alloc((digests.length / bytes) * indexedDigestBytes);
  for (let from = 0, to = 0; from < digests.length; from += bytes, to += indexedDigestBytes)
    digests.copy(cut, to, from, from + indexedDigestBytes);
  return cut;
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
  if (manifest.tapsRoot !== undefined && tapsRoot(manifest.runs).toString("hex") !== manifest.tapsRoot)
    throw corrupt("tapsRoot is not the root over the taps of its runs");
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
