import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Receipt, rejectReasons, type Verdict } from "../tap/index.ts";
import { packReceipt, unpackReceipt } from "./index.ts";

const segment = fc.constantFrom(
  "0198c0de-0000-7000-8000-000000000001",
  "0198c0de-0000-7000-8000-000000000002",
);
const seq = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.maxSafeNat());
const anyVerdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.record({ seq, verdict: fc.constant("archived" as const), segment }),
  fc.record({ seq, verdict: fc.constant("duplicate" as const), segment: fc.option(segment) }),
  fc.record({
    seq,
    verdict: fc.constant("rejected" as const),
    reason: fc.constantFrom(...rejectReasons),
    detail: fc.string({ maxLength: 20 }),
  }),
);
const anyReceipt: fc.Arbitrary<Receipt> = fc.record({
  epoch: fc.maxSafeNat(),
  level: fc.constant("archived" as const),
  atEpochMs: fc.integer({ min: 0, max: 2 ** 47 }),
  verdicts: fc.array(anyVerdict, { maxLength: 60 }),
});

const sorted = ({ verdicts, ...rest }: Receipt) => ({
  ...rest,
  verdicts: verdicts.map((verdict) => JSON.stringify(verdict, Object.keys(verdict).toSorted())).toSorted(),
});

describe("a packed receipt", () => {
  test("says of every number what the receipt said, as often as it said so", () => {
    fc.assert(
      fc.property(anyReceipt, (receipt) => {
        expect(sorted(unpackReceipt(packReceipt(receipt)))).toEqual(sorted(receipt));
      }),
    );
  });

  test("of a full segment takes less than a hundredth", () => {
    const verdicts = Array.from({ length: 1_000 }, (_, i): Verdict => {
      return { seq: i + 1, verdict: "archived", segment: "0198c0de-0000-7000-8000-000000000001" };
    });
    const receipt: Receipt = { epoch: 1, level: "archived", atEpochMs: 1, verdicts };
    expect(packReceipt(receipt).length * 100).toBeLessThan(JSON.stringify(receipt).length);
  });

  test("is refused where it is none", () => {
    for (const text of [
      "{}",
      '{"epoch":1,"level":"archived","atEpochMs":1,"groups":[{"verdict":"archived","seqs":"1-x"}]}',
      '{"epoch":1,"level":"archived","atEpochMs":1,"groups":[{"verdict":"archived","seqs":"1-9007199254740991"}]}',
    ])
      expect(() => unpackReceipt(text)).toThrow();
  });
});
