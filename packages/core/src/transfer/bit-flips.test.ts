import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import {
  issueHierarchy,
  openEnvelope,
  type RecipientKey,
  readRecipient,
  sealEnvelope,
  signDetached,
  type Trust,
  verifyDetached,
} from "../encryption/index.ts";
import { TaplineError } from "../kernel/index.ts";
import { buildManifest, checkObject, readManifest } from "./index.ts";

type Files = { readonly object: Buffer; readonly manifest: Buffer; readonly signature: Buffer };

const nowEpochMs = Date.UTC(2026, 10, 23);
const plain = randomBytes(48);
let files: Files;
let keys: readonly RecipientKey[];
let trust: Trust;

beforeAll(async () => {
  const pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  const pem = (name: string) => pki[name]!.pem;
  keys = ["archive", "escrow"].map((name) => ({ certPem: pem(`${name}.crt`), keyPem: pem(`${name}.key`) }));
  trust = { rootPems: [pem("trust.pem")], crlPems: [pem("trust.pem")], atEpochMs: nowEpochMs };
  const recipients = keys.map(({ certPem }) => readRecipient(certPem));
  const { object, objectSha256 } = sealEnvelope(plain, recipients);
  const facts = {
    ...{ segment: "019a5e2b-7c00-7abc-8def-0123456789ab", createdAtEpochMs: nowEpochMs, taps: 1 },
    ...{ firstReadAtEpochMs: nowEpochMs, lastReadAtEpochMs: nowEpochMs, plainBytes: 90 },
    ...{ plainSha256: "ab".repeat(32), objectBytes: object.length, objectSha256, recipients },
    members: [
      {
        ...{ tracker: "t-1", trackerEpoch: 1, trackerSeq: 4, digest: Buffer.alloc(32, 0xdd) },
        ...{ agent: "local", epoch: 1, seq: 9 },
      },
    ],
  };
  const signer = {
    ...{ certPem: pem("signer.crt"), keyPem: pem("signer.key") },
    chainPem: [pem("intermediate.crt")],
  };
  const { manifest, treeHead } = buildManifest(facts);
  files = { object, manifest, signature: signDetached(manifest, signer, nowEpochMs, treeHead) };
});

/** What every way of restoring does with a segment's three files. */
function restored({ object, manifest, signature }: Files, key: RecipientKey): Buffer {
  verifyDetached(manifest, signature, trust);
  checkObject(readManifest(manifest), object);
  return openEnvelope(object, key);
}

/** The bits of one file that can be flipped unseen. */
function unseen(name: keyof Files): number[] {
  const found: number[] = [];
  const bytes = Buffer.from(files[name]);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    try {
      restored({ ...files, [name]: bytes }, keys[bit % 2]!);
      found.push(bit);
    } catch (error) {
      if (!(error instanceof TaplineError)) throw error;
    }
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  return found;
}

test("unchanged, the three files of a segment give what was archived, by either key", () => {
  for (const key of keys) expect(restored(files, key).equals(plain)).toBe(true);
});

test.for(["object", "manifest", "signature"] as const)(
  "each single bit that is flipped in the %s is seen",
  { timeout: 180_000 },
  (name) => expect(unseen(name)).toEqual([]),
);
