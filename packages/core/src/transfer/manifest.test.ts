import { describe, expect, test } from "vitest";
import { inclusionProof, rootByInclusion } from "../audit/index.ts";
import { canonicalJson, hasCode, sha256, sha256Hex } from "../kernel/index.ts";
import {
  buildManifest,
  checkObject,
  type ManifestFacts,
  objectPaths,
  readManifest,
  runsOf,
  type SegmentMember,
  segmentOfManifest,
  tapLeafHash,
  tapLeafHashes,
} from "./index.ts";

const segment = "019a5e2b-7c00-7abc-8def-0123456789ab";
const object = Buffer.from("an object");
const digestOf = (seq: number): Buffer => sha256(Buffer.from(`tap ${seq}`));
const members: SegmentMember[] = [
  [5, 11],
  [4, 10],
  [6, 13],
].map(([trackerSeq = 0, seq = 0]) => ({
  ...{ tracker: "t-1", trackerEpoch: 1, trackerSeq, digest: digestOf(trackerSeq) },
  ...{ agent: "local", epoch: 1, seq },
}));
const facts: ManifestFacts = {
  segment,
  createdAtEpochMs: 1_762_500_000_000,
  taps: 3,
  firstReadAtEpochMs: 1_762_499_990_000,
  lastReadAtEpochMs: 1_762_499_999_000,
  plainBytes: 5,
  plainSha256: "a".repeat(64),
  objectBytes: object.length,
  objectSha256: sha256Hex(object),
  recipients: [{ subject: "CN=Tapline archive", ski: "0a".repeat(20), certSha256: "c".repeat(64) }],
  members,
};

function codeOf(act: () => unknown): string {
  try {
    act();
    return "none";
  } catch (error) {
    return hasCode(error, "corrupt")
      ? "corrupt"
      : hasCode(error, "invalid-input")
        ? "invalid-input"
        : String(error);
  }
}

describe("object paths", () => {
  test("follow from the segment's id and its UTC day", () => {
    expect(objectPaths(segment)).toEqual({
      object: `2025/11/07/segment-${segment}.ndjson.gz.p7m`,
      manifest: `2025/11/07/segment-${segment}.manifest.json`,
      signature: `2025/11/07/segment-${segment}.manifest.json.p7s`,
      logProof: `2025/11/07/segment-${segment}.tlog-proof`,
    });
    expect(segmentOfManifest(`segment-${segment}.manifest.json`)).toBe(segment);
    expect(segmentOfManifest(`segment-${segment}.manifest.json.p7s`)).toBeNull();
  });

  test.for(["../../etc/passwd", "", "019a5e2b-7c00-4abc-8def-0123456789ab", segment.toUpperCase()])(
    "refuse %j as a segment id",
    (id) => expect(codeOf(() => objectPaths(id))).toBe("invalid-input"),
  );
});

describe("a manifest", () => {
  test("reads back as it was built, in canonical form", () => {
    const bytes = buildManifest(facts).manifest;
    const manifest = readManifest(bytes);
    const { members: _, ...rest } = facts;
    const digests = [4, 5, 6].map((seq) => digestOf(seq).toString("hex")).join("");
    expect(manifest).toEqual({
      ...{ ...rest, version: 2, objectName: `segment-${segment}.ndjson.gz.p7m` },
      runs: [{ tracker: "t-1", epoch: 1, firstSeq: 4, lastSeq: 6, count: 3, digests }],
      agents: [{ agent: "local", epoch: 1, firstSeq: 10, lastSeq: 13, count: 3, members: "0b" }],
      tapsRoot: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(runsOf(manifest)).toEqual({
      tapRuns: [
        {
          ...{ tracker: "t-1", trackerEpoch: 1, firstSeq: 4, lastSeq: 6 },
          digests: Buffer.concat([4, 5, 6].map((seq) => digestOf(seq).subarray(0, 8))),
        },
      ],
      agentRuns: [{ agent: "local", epoch: 1, firstSeq: 10, lastSeq: 13, count: 3, members: Buffer.of(11) }],
    });
    expect(bytes.toString()).toMatch(/^\{"agents":\[\{"agent":"local","count":3/);
  });

  test("keeps only a recipient's three facts", () => {
    const [recipient] = facts.recipients;
    const withKey = { ...facts, recipients: [{ ...recipient!, point: Buffer.alloc(65) }] };
    expect(buildManifest(withKey).manifest.equals(buildManifest(facts).manifest)).toBe(true);
  });

  test("proves each of its taps by the root, and no other", () => {
    const { runs, tapsRoot } = readManifest(buildManifest(facts).manifest);
    const leaves = tapLeafHashes(runs);
    for (const [i, seq] of [4, 5, 6].entries()) {
      const leaf = tapLeafHash({ tracker: "t-1", epoch: 1, seq, digest: digestOf(seq).toString("hex") });
      const root = rootByInclusion(leaf, i, leaves.length, inclusionProof(leaves, i));
      expect(Buffer.from(root ?? []).toString("hex")).toBe(tapsRoot);
    }
    const other = tapLeafHash({ tracker: "t-1", epoch: 2, seq: 4, digest: digestOf(4).toString("hex") });
    const root = rootByInclusion(other, 0, leaves.length, inclusionProof(leaves, 0));
    expect(Buffer.from(root ?? []).toString("hex")).not.toBe(tapsRoot);
  });

  test("of version 1, with digests of 8 bytes and no root, is read as before", () => {
    const { tapsRoot: _, ...manifest } = readManifest(buildManifest(facts).manifest);
    const [run] = manifest.runs;
    const old = { ...manifest, version: 1, runs: [{ ...run, digests: "dd".repeat(24) }] };
    expect(runsOf(readManifest(canonicalJson(old))).tapRuns[0]?.digests).toEqual(Buffer.alloc(24, 0xdd));
    const mixed = { ...old, tapsRoot: "ab".repeat(32) };
    expect(codeOf(() => readManifest(canonicalJson(mixed)))).toBe("corrupt");
  });

  test.for([
    ["a run with holes", { lastSeq: 7 }],
    ["a run with too few digests", { digests: "d".repeat(128) }],
    ["another number of its first tap", { firstSeq: 3, lastSeq: 5 }],
    ["another tracker", { tracker: "t-2" }],
    ["another digest", { digests: "d".repeat(192) }],
  ] as const)("with %s is refused as corrupt", ([, change]) => {
    const { runs, ...manifest } = readManifest(buildManifest(facts).manifest);
    const changed = canonicalJson({ ...manifest, runs: runs.map((run) => ({ ...run, ...change })) });
    expect(codeOf(() => readManifest(changed))).toBe("corrupt");
  });

  test.for([
    ["a wrong count of an agent's taps", { count: 4 }],
    ["a bitmap of another length", { members: "0b00" }],
  ] as const)("with %s is refused as corrupt", ([, change]) => {
    const { agents, ...manifest } = readManifest(buildManifest(facts).manifest);
    const changed = canonicalJson({ ...manifest, agents: agents.map((run) => ({ ...run, ...change })) });
    expect(codeOf(() => readManifest(changed))).toBe("corrupt");
  });

  test.for([
    ["an agent of a bad name", { members: members.map((member) => ({ ...member, agent: "../x" })) }],
    ["a number beyond the safe integers", { taps: 2 ** 53 }],
    ["no recipient", { recipients: [] }],
  ] as [string, Partial<ManifestFacts>][])("cannot be built with %s", ([, change]) => {
    expect(codeOf(() => buildManifest({ ...facts, ...change }))).toBe("invalid-input");
  });

  test.for([
    [
      "another order of members",
      (text: string) => `{"version":2,${text.slice(1).replace(',"version":2', "")}`,
    ],
    ["a space", (text: string) => text.replace(":", ": ")],
    ["an unknown member", (text: string) => text.replace("{", '{"aaa":1,')],
    ["another object's name", (text: string) => text.replace(/segment-019a5e2b/, "segment-019a5e2c")],
    ["another version", (text: string) => text.replace('"version":2', '"version":3')],
    ["no end", (text: string) => text.slice(0, -1)],
  ] as const)("with %s is refused as corrupt", ([, change]) => {
    const changed = change(buildManifest(facts).manifest.toString());
    expect(codeOf(() => readManifest(Buffer.from(changed)))).toBe("corrupt");
  });

  test("knows its object by size and digest", () => {
    const manifest = readManifest(buildManifest(facts).manifest);
    expect(codeOf(() => checkObject(manifest, object))).toBe("none");
    expect(codeOf(() => checkObject(manifest, Buffer.from("an 0bject")))).toBe("corrupt");
    expect(codeOf(() => checkObject(manifest, object.subarray(1)))).toBe("corrupt");
  });
});
