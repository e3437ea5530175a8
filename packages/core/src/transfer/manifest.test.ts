import { describe, expect, test } from "vitest";
import { hasCode, sha256Hex } from "../kernel/index.ts";
import {
  buildManifest,
  checkObject,
  type ManifestFacts,
  objectPaths,
  readManifest,
  runsOf,
  segmentOfManifest,
} from "./index.ts";

const segment = "019a5e2b-7c00-7abc-8def-0123456789ab";
const object = Buffer.from("an object");
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
  runs: [{ tracker: "t-1", epoch: 1, firstSeq: 4, lastSeq: 6, count: 3, digests: "dd".repeat(24) }],
  agents: [{ agent: "local", epoch: 1, firstSeq: 10, lastSeq: 13, count: 3, members: "0b" }],
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
    const bytes = buildManifest(facts);
    const manifest = readManifest(bytes);
    expect(manifest).toEqual({ ...facts, version: 1, objectName: `segment-${segment}.ndjson.gz.p7m` });
    expect(runsOf(manifest)).toEqual({
      tapRuns: [
        { tracker: "t-1", trackerEpoch: 1, firstSeq: 4, lastSeq: 6, digests: Buffer.alloc(24, 0xdd) },
      ],
      agentRuns: [{ agent: "local", epoch: 1, firstSeq: 10, lastSeq: 13, count: 3, members: Buffer.of(11) }],
    });
    expect(bytes.toString()).toMatch(/^\{"agents":\[\{"agent":"local","count":3/);
  });

  test("keeps only a recipient's three facts", () => {
    const [recipient] = facts.recipients;
    const withKey = { ...facts, recipients: [{ ...recipient!, point: Buffer.alloc(65) }] };
    expect(buildManifest(withKey).equals(buildManifest(facts))).toBe(true);
  });

  test.for([
    ["a run with holes", { runs: [{ ...facts.runs[0]!, count: 2, digests: "d".repeat(32) }] }],
    ["a run with too few digests", { runs: [{ ...facts.runs[0]!, digests: "d".repeat(32) }] }],
    ["a wrong count of an agent's taps", { agents: [{ ...facts.agents[0]!, count: 4 }] }],
    ["a bitmap of another length", { agents: [{ ...facts.agents[0]!, members: "0b00" }] }],
    ["an agent of a bad name", { agents: [{ ...facts.agents[0]!, agent: "../x" }] }],
    ["a number beyond the safe integers", { taps: 2 ** 53 }],
    ["no recipient", { recipients: [] }],
  ] as [string, Partial<ManifestFacts>][])("cannot be built with %s", ([, change]) => {
    expect(codeOf(() => buildManifest({ ...facts, ...change }))).toBe("invalid-input");
  });

  test.for([
    [
      "another order of members",
      (text: string) => `{"version":1,${text.slice(1).replace(',"version":1', "")}`,
    ],
    ["a space", (text: string) => text.replace(":", ": ")],
    ["an unknown member", (text: string) => text.replace("{", '{"aaa":1,')],
    ["another object's name", (text: string) => text.replace(/segment-019a5e2b/, "segment-019a5e2c")],
    ["another version", (text: string) => text.replace('"version":1', '"version":2')],
    ["no end", (text: string) => text.slice(0, -1)],
  ] as const)("with %s is refused as corrupt", ([, change]) => {
    const changed = change(buildManifest(facts).toString());
    expect(codeOf(() => readManifest(Buffer.from(changed)))).toBe("corrupt");
  });

  test("knows its object by size and digest", () => {
    const manifest = readManifest(buildManifest(facts));
    expect(codeOf(() => checkObject(manifest, object))).toBe("none");
    expect(codeOf(() => checkObject(manifest, Buffer.from("an 0bject")))).toBe("corrupt");
    expect(codeOf(() => checkObject(manifest, object.subarray(1)))).toBe("corrupt");
  });
});
