import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../kernel/index.ts";
import { Histogram } from "../../telemetry/index.ts";
import { analyse, chanceOfMore, type Evidence, noEvidence, sumEvidence } from "../index.ts";

const timed = (count: number, ms: number) => {
  const took = new Histogram();
  took.record(ms, count);
  return took.data();
};
const seen = (evidence: Partial<Evidence>): Evidence => ({ ...noEvidence, ...evidence });
const sound = seen({ attempts: 400, failures: 4, taps: 40_000, rejected: 400, took: timed(400, 20) });
const ends = (target: Partial<Evidence>, stable = sound) => analyse(stable, seen(target)).verdict;

test("Fisher's lady tasting tea: three of four right is no proof, four of four is 1 in 70", () => {
  expect(chanceOfMore({ of: 4, hits: 3 }, { of: 4, hits: 1 })).toBeCloseTo(17 / 70, 10);
  expect(chanceOfMore({ of: 4, hits: 4 }, { of: 4, hits: 0 })).toBeCloseTo(1 / 70, 10);
  expect(chanceOfMore({ of: 0, hits: 0 }, { of: 4, hits: 0 })).toBe(1);
});

test("both tests agree where one takes over from the other", () => {
  const exact = chanceOfMore({ of: 1_000, hits: 60 }, { of: 1_000, hits: 40 });
  const normal = chanceOfMore({ of: 1_001, hits: 60 }, { of: 1_001, hits: 40 });
  // Without a correction for continuity the normal one is a little surer.
  expect(normal / exact).toBeGreaterThan(0.6);
  expect(normal / exact).toBeLessThan(1.2);
});

test("the chance is one, 0 to 1, and falls as hits grow", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.nat(60), (a, b, of) => {
      const [few, many] = [Math.min(a, b, of), Math.min(Math.max(a, b), of)];
      const other = { of: 50, hits: 10 };
      const [less, more] = [chanceOfMore({ of, hits: few }, other), chanceOfMore({ of, hits: many }, other)];
      expect(more).toBeGreaterThanOrEqual(0);
      expect(less).toBeLessThanOrEqual(1);
      expect(more).toBeLessThanOrEqual(less + 1e-9);
    }),
  );
});

test("a release that does as the one before is good once enough was seen, and nothing before that", () => {
  expect(ends({ attempts: 40, failures: 0, taps: 4_000, rejected: 40, took: timed(40, 22) }).is).toBe("good");
  expect(ends({ attempts: 9, taps: 9 }).is).toBe("missing");
  expect(ends({}).is).toBe("missing");
});

test("crashing, slow, refusing everything, letting everything in, and coming to other results: each is bad", () => {
  expect(ends({ attempts: 12, failures: 6 }).why).toContain("attempts that fail: 50.0 %");
  expect(ends({ attempts: 40, took: timed(40, 400) }).why).toContain("p99");
  expect(ends({ attempts: 12, taps: 500, rejected: 500 }).why).toContain("refused: 100.0 %");
  const half = seen({ attempts: 400, taps: 40_000, rejected: 20_000 });
  expect(ends({ attempts: 12, taps: 2_000, rejected: 0 }, half).is).toBe("bad");
  expect(ends({ attempts: 3, compared: 3, differing: 1 }).why).toContain("other results");
});

test("a release that is slow is known by few attempts, and not by the first two of ten, which find it cold", () => {
  expect(ends({ attempts: 10, took: timed(10, 900) }).why).toContain("takes longer");
  const cold = sumEvidence([seen({ took: timed(2, 900) }), seen({ attempts: 10, took: timed(8, 21) })]);
  expect(ends(cold).is).toBe("good");
  expect(ends({ attempts: 10, took: timed(10, 90) }).is).toBe("good");
  const warm = sumEvidence([seen({ took: timed(5, 900) }), seen({ attempts: 60, took: timed(55, 21) })]);
  expect(ends(warm).is).toBe("good");
  const tail = sumEvidence([seen({ took: timed(20, 900) }), seen({ attempts: 300, took: timed(280, 21) })]);
  expect(ends(tail).why).toContain("p99");
});

test("where nothing is there to compare with, many failures are bad all the same", () => {
  expect(ends({ attempts: 10, failures: 5 }, noEvidence).is).toBe("bad");
  expect(ends({ attempts: 40, failures: 1 }, noEvidence).is).toBe("good");
});

test("small differences, however sure, and slowness of some milliseconds are none", () => {
  const many = seen({ attempts: 100_000, failures: 1_000, took: timed(1_000, 3) });
  expect(ends({ attempts: 100_000, failures: 1_400, took: timed(1_000, 9) }, many).is).toBe("good");
});

test("of two alike that are looked at 40 times each, at most few are called bad", () => {
  const random = seededRandom(8);
  const draw = (of: number, ratio: number) =>
    Array.from({ length: of }, random).filter((x) => x < ratio).length;
  let wrong = 0;
  for (let shift = 0; shift < 100; shift++) {
    let [stable, target] = [noEvidence, noEvidence];
    let isBad = false;
    for (let look = 0; look < 40; look++) {
      stable = sumEvidence([
        stable,
        seen({ attempts: 9, failures: draw(9, 0.03), taps: 900, rejected: draw(900, 0.05) }),
      ]);
      target = sumEvidence([
        target,
        seen({ attempts: 1, failures: draw(1, 0.03), taps: 100, rejected: draw(100, 0.05) }),
      ]);
      isBad ||= analyse(stable, target).verdict.is === "bad";
    }
    if (isBad) wrong++;
  }
  expect(wrong).toBeLessThanOrEqual(3);
});
