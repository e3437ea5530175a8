import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isPlainStreamed,
  maxTapBytes,
  plainPost,
  plainTap,
  postTapSchema,
  type StreamedTap,
  streamedTapSchema,
  submittedTapSchema,
} from "./index.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const good = { epoch: 1, seq: 7, readAtEpochMs: 1_790_000_000_000, reader: "reader-1", payload: "AAEC" };

/** What a field may be in a body that nobody meant well with, among them what is just inside and just outside. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, -1, 1.5, 2 ** 53 - 1, 2 ** 53, 253_402_300_799_999, 253_402_300_800_000),
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    "",
    "\n",
    "reader\n",
    "é",
    "a".repeat(128),
    "a".repeat(129),
  ),
  fc.constantFrom<unknown>(
    "AAEC",
    "AAE=",
    "AAF=",
    "AAE",
    "AA E",
    "AA-_",
    "A===",
    `${traceparent}\n`,
    traceparent,
  ),
  fc.constantFrom<unknown>("A".repeat(43_688), "A".repeat(43_692), "A".repeat(43_696), [], {}, ["AAEC"]),
  fc.string({ unit: "binary", maxLength: 140 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  fc.jsonValue(),
);
const field = fc.constantFrom(
  "epoch",
  "seq",
  "readAtEpochMs",
  "reader",
  "payload",
  "traceparent",
  "more",
  "__proto__",
);
const change = fc.record({ field, value: oddValue, isGone: fc.boolean() });

/** A good tap with some fields changed, removed or added, as JSON would bring it. */
const anyPost = fc.array(change, { maxLength: 3 }).map((changes) => {
  const tap = new Map<string, unknown>(Object.entries(good));
  for (const { field: name, value, isGone } of changes)
    if (isGone) tap.delete(name);
    else tap.set(name, value);
  return JSON.parse(
    `{${[...tap].map(([name, value]) => `"${name}":${JSON.stringify(value) ?? null}`).join()}}`,
  );
});

describe("the shortcut past the schemas", () => {
  test("takes usual taps, traced or not", () => {
    const { epoch, ...tap } = good;
    const payload = Buffer.of(0, 1, 2);
    expect(plainPost(good)).toEqual({ epoch, tap: good, payload });
    expect(plainTap({ ...tap, traceparent })).toEqual({ tap: { ...tap, traceparent }, payload });
    expect(isPlainStreamed({ ...tap, payload, traceparent: "" })).toBe(true);
  });

  test("takes no posted tap that its schema refuses, and reads the same bytes", () => {
    fc.assert(
      fc.property(fc.oneof(anyPost, fc.jsonValue()), (body) => {
        const post = plainPost(body);
        if (post !== null) {
          expect(postTapSchema.parse(body)).toEqual(post.tap);
          expect(post.payload.toString("base64")).toBe(post.tap.payload);
        }
        const tap = plainTap(body);
        if (tap !== null) expect(submittedTapSchema.parse(body)).toEqual(tap.tap);
      }),
      { numRuns: 3_000 },
    );
  });

  test("takes no tap without an epoch for one with, nor the other way round", () => {
    const { epoch: _, ...tap } = good;
    expect(plainPost(tap)).toBeNull();
    expect(plainPost({ ...tap, traceparent })).toBeNull();
    expect(plainTap(good)).toBeNull();
  });

  test("takes no streamed tap that its schema refuses", () => {
    const payload = fc.constantFrom(0, 1, maxTapBytes, maxTapBytes + 1).map((bytes) => new Uint8Array(bytes));
    const anyStreamed = fc.record({
      seq: fc.oneof(fc.constantFrom(0, 1, 1.5, 2 ** 53), fc.maxSafeNat()),
      readAtEpochMs: fc.constantFrom(0, -1, 253_402_300_799_999, 253_402_300_800_000),
      reader: fc.oneof(fc.constantFrom("", "r", "a".repeat(129)), fc.string({ unit: "binary" })),
      payload,
      traceparent: fc.constantFrom("", traceparent, `${traceparent}\n`, "00"),
    });
    fc.assert(
      fc.property(anyStreamed, (tap: StreamedTap) => {
        if (isPlainStreamed(tap)) expect(streamedTapSchema.safeParse(tap).success).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
