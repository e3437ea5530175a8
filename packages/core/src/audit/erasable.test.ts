import { expect, test } from "vitest";
import { apart, commitmentTo, newEntry, sealEntry, together } from "./index.ts";

const random = (length: number): Buffer => Buffer.alloc(length, 7);
const deed = { action: "buffer.flushed" as const, subject: "buffer/1", facts: {} };
const by = (kind: "operator" | "job", reason: string | null) =>
  newEntry(1_790_000_000_000, random, { actor: { kind, id: "x" }, reason, ...deed });

test("a person's reason is committed to and kept apart", () => {
  const { entry, erasable } = apart(by("operator", "Ada asked"), random);
  expect(sealEntry(entry).bytes.toString("utf8")).not.toContain("Ada");
  const [kept] = erasable;
  expect(entry).toMatchObject({ reason: null, commitments: { reason: commitmentTo(kept!).toString("hex") } });
  // SHA-256 of 32 bytes 07 and {"reason":"Ada asked"}.
  expect(commitmentTo(kept!).toString("hex")).toBe(
    "c7024e200b6c6a6c1f992e2adf7b576de1731f463bd85443f91e45ddc8a2be04",
  );
  const other = commitmentTo({ ...kept!, salt: Buffer.alloc(32, 8) });
  expect(other).not.toEqual(commitmentTo(kept!));
});

test("what is no person's own words stays in the entry", () => {
  for (const entry of [by("job", "the buffer was lost"), by("operator", null), by("operator", "")])
    expect(apart(entry, random)).toEqual({ entry, erasable: [] });
});

test("an entry is shown with what is kept beside it, or with when that was erased", () => {
  const { entry } = apart(by("operator", "Ada asked"), random);
  const kept = { value: "Ada asked", salt: random(32), erasedAtEpochMs: null };
  expect(together(entry, kept).reason).toBe("Ada asked");
  const erased = { value: null, salt: null, erasedAtEpochMs: 5 };
  expect(together(entry, erased)).toEqual({ ...entry, erased: { reason: 5 } });
  expect(together(entry, null)).toEqual(entry);
});

test("words that an entry did not commit to are none of it, nor are they erased", () => {
  const { entry } = apart(by("operator", "Ada asked"), random);
  const kept = { value: "Bob asked", salt: random(32), erasedAtEpochMs: null };
  for (const planted of [
    kept,
    { ...kept, salt: null },
    { ...kept, value: "Ada asked", salt: Buffer.alloc(32) },
  ])
    expect(together(entry, planted)).toEqual(entry);
  for (const other of [by("job", "the buffer was lost"), by("operator", null)])
    for (const planted of [kept, { value: null, salt: null, erasedAtEpochMs: 5 }])
      expect(together(other, planted)).toEqual(other);
});
