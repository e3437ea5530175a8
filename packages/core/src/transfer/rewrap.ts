import { z } from "zod";
import { canonicalJson, sha256Hex, TaplineError } from "../kernel/index.ts";
import { objectPaths, segmentIdSchema } from "./object-paths.ts";

const bytes = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");
const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/, "must be lower-case hexadecimal");

/**
 * What a head beside an archived object is: with it, the object opens with the key of `added`, too. Canonical JSON
 * (RFC 8785), signed apart. Digests SHA-256 in hexadecimal.
 */
export const rewrapSchema = z.strictObject({
  version: z.literal(1),
  segment: segmentIdSchema,
  madeAtEpochMs: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** Of the segment's object as it lies there. */
  objectSha256: digest,
  headBytes: bytes,
  headSha256: digest,
  /** So many bytes of the object are left out, and the head put before the rest. */
  replacedBytes: bytes,
  /** Of head and rest together: a whole CMS object. */
  wholeSha256: digest,
  added: z.strictObject({ subject: z.string().min(1), ski: hex, certSha256: digest }),
});

export type Rewrap = z.infer<typeof rewrapSchema>;

/** Where the three files of a rewrap lie, beside the segment's own. */
export type RewrapPaths = { readonly head: string; readonly statement: string; readonly signature: string };

/** Bytes of the key identifier that a file's name tells, in hexadecimal digits. */
const skiDigits = 16;

/** @param ski SubjectKeyIdentifier of the added recipient, hexadecimal. @throws TaplineError `invalid-input` */
export function rewrapPaths(segment: string, ski: string): RewrapPaths {
  const { manifest } = objectPaths(segment);
  const stem = `${manifest.slice(0, -".manifest.json".length)}.rewrap-${ski.slice(0, skiDigits)}`;
  return { head: `${stem}.p7h`, statement: `${stem}.json`, signature: `${stem}.json.p7s` };
}

const endings = { p7h: "head", json: "statement", "json.p7s": "signature" } as const;

/** Whose rewrap a file belongs to, and which part it is, by its name; `null` for any other file. */
export function rewrapOfFile(
  fileName: string,
): { segment: string; ski: string; part: keyof RewrapPaths } | null {
  const [, segment = "", ski = "", ending = ""] =
    /^segment-([0-9a-f-]{36})\.rewrap-([0-9a-f]{2,16})\.(.+)$/.exec(fileName) ?? [];
  const part = Object.entries(endings).find(([name]) => name === ending)?.[1];
  return part !== undefined && segmentIdSchema.safeParse(segment).success ? { segment, ski, part } : null;
}

/** The statement's bytes. @throws TaplineError `invalid-input` naming the field that cannot be */
export function buildRewrap(facts: Omit<Rewrap, "version">): Buffer {
  const parsed = rewrapSchema.safeParse({ ...facts, version: 1 });
  if (!parsed.success)
    throw new TaplineError(
      "invalid-input",
      `the rewrap of ${facts.segment} cannot be: ${issueOf(parsed.error)}`,
    );
  return canonicalJson(parsed.data);
}

/** Reads a rewrap's statement strictly; check its signature (`verifyDetached`), too. @throws TaplineError `corrupt` */
export function readRewrap(statement: Uint8Array): Rewrap {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(statement).toString("utf8"));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  const parsed = rewrapSchema.safeParse(value);
  if (!parsed.success) throw corrupt(issueOf(parsed.error));
  if (!canonicalJson(parsed.data).equals(statement)) throw corrupt("it is not in canonical form");
  return parsed.data;
}

/** @throws TaplineError `corrupt` where `head` is not the one that the statement names */
export function checkHead(rewrap: Rewrap, head: Uint8Array): void {
  if (head.length !== rewrap.headBytes || sha256Hex(head) !== rewrap.headSha256)
    throw corrupt("the head has another size or digest than its statement says");
}

/**
 * The object as the added recipient opens it: the head, and the rest of the object as it lies in the archive.
 * @throws TaplineError `corrupt` where head or object are not those that the statement names
 */
export function joinRewrap(rewrap: Rewrap, head: Uint8Array, object: Uint8Array): Buffer {
  checkHead(rewrap, head);
  if (sha256Hex(object) !== rewrap.objectSha256)
    throw corrupt("it was made for an object with another digest");
  const whole = Buffer.concat([head, object.subarray(rewrap.replacedBytes)]);
  if (sha256Hex(whole) !== rewrap.wholeSha256)
    throw corrupt("head and object together have another digest than its statement says");
  return whole;
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "its form is another one" : `${issue.path.join(".")}: ${issue.message}`;
}

function corrupt(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the rewrap is not as it was written: ${detail}`, {
    remedy: "Restore the rewrap's files from a copy of the archive, or move them away and rewrap again.",
    ...(cause === undefined ? {} : { cause }),
  });
}
