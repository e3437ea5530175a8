import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type NameRange, UniqueNames } from "./unique-names.ts";

const range = (first: number, last: number, segment: string): NameRange => ({
  ...{ scope: "tracker", subject: "a", epoch: 1, first, last, segment },
});

async function doubled(ranges: readonly NameRange[], maxHeld: number) {
  const names = new UniqueNames(maxHeld);
  for (const one of ranges) await names.add(one);
  return await Array.fromAsync(names.doubled());
}

const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("tapline-names-"));

test("a number that two segments claim is named with both, however little is held in memory", async () => {
  const before = await folders();
  for (const maxHeld of [1, 2, 100]) {
    const found = await doubled([range(5, 9, "s1"), range(1, 3, "s2"), range(9, 12, "s3")], maxHeld);
    expect(found).toEqual([
      { scope: "tracker", subject: "a", epoch: 1, first: 9, last: 9, segments: ["s1", "s3"] },
    ]);
  }
  expect(await folders()).toEqual(before);
});

test("a segment that claims its numbers again, since it lies in two archives, doubles nothing", async () => {
  const [one, other] = [range(1, 5, "s1"), range(5, 9, "s2")];
  for (const maxHeld of [1, 100]) {
    expect(await doubled([one, one], maxHeld)).toEqual([]);
    expect(await doubled([one, other, one, other], maxHeld)).toMatchObject([{ first: 5, last: 5 }]);
  }
});

test("the same numbers of another epoch, tracker or scope are others", async () => {
  const one = range(1, 5, "s1");
  const others: NameRange[] = [
    { ...one, epoch: 10 },
    { ...one, subject: "b" },
    { ...one, scope: "agent" },
  ];
  expect(await doubled([one, ...others], 2)).toEqual([]);
});

test("finds doubles exactly where a plain count does, spilled to disk or not", async () => {
  const anyRange = fc.record({
    subject: fc.constantFrom("a", "b\tx"),
    first: fc.integer({ min: 1, max: 120 }),
    length: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRange, { maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (made, maxHeld) => {
        const ranges = made.map(({ subject, first, length }, i) => ({
          ...range(first, first + length, `s${i}`),
          subject,
        }));
        const counts = new Map<string, number>();
        for (const { subject, first, last } of ranges)
          for (let n = first; n <= last; n++)
            counts.set(`${subject}/${n}`, (counts.get(`${subject}/${n}`) ?? 0) + 1);
        const named = new Set<string>();
        for (const { subject, first, last } of await doubled(ranges, maxHeld))
          for (let n = first; n <= last; n++) named.add(`${subject}/${n}`);
        expect([...named].sort()).toEqual(
          [...counts]
            .filter(([, n]) => n > 1)
            .map(([name]) => name)
            .sort(),
        );
      },
    ),
    { numRuns: 60 },
  );
});
