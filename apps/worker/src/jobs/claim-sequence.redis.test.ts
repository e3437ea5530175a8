import { setTimeout } from "node:timers/promises";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claim, FakeIndex, setUpClaims, type TestClaims } from "./claim-sequence.fixture.ts";
import { claimSequence, type SequenceClaim } from "./claim-sequence.ts";

let at: TestClaims;

beforeAll(async () => {
  at = await setUpClaims();
});
afterAll(() => at.end());
beforeEach(() => at.loseRedis("life-1"));

describe("a tap's place in its tracker's sequence", () => {
  test("is taken once; run again for the same segment, the answer stands", async () => {
    expect(await at.ask("s1", [claim(1), claim(2)])).toEqual([{ is: "accepted" }, { is: "accepted" }]);
    expect(await at.ask("s1", [claim(1), claim(2)])).toEqual([{ is: "accepted" }, { is: "accepted" }]);
  });

  test("above the highest number known, nobody but Redis is asked", async () => {
    const index = new FakeIndex();
    await at.ask("s1", [claim(1)], index);
    expect(index.asked).toBe(1);
    expect(await at.ask("s2", [claim(2), claim(3)], index)).toEqual([{ is: "accepted" }, { is: "accepted" }]);
    expect(index.asked).toBe(1);
  });

  test("the same packet by another agent is a duplicate, also within one segment", async () => {
    const twin = claim(1, { agent: "b", seq: 77 });
    expect(await at.ask("s1", [claim(1), twin])).toEqual([
      { is: "accepted" },
      { is: "duplicate", segment: "s1" },
    ]);
    expect(await at.ask("s2", [twin])).toEqual([{ is: "duplicate", segment: "s1" }]);
  });

  test("the same delivery in a later segment is on its way already", async () => {
    await at.ask("s1", [claim(1)]);
    expect(await at.ask("s2", [claim(1)])).toEqual([{ is: "redelivered", segment: "s1" }]);
  });

  test("the same number with other content is equivocation, in flight and archived", async () => {
    await at.ask("s1", [claim(5)]);
    const forged = claim(5, { digest: "other", seq: 9 });
    expect(await at.ask("s2", [forged])).toMatchObject([{ is: "rejected", reason: "equivocation" }]);
    const index = new FakeIndex();
    index.hold(claim(5), "s1");
    await at.loseRedis("life-1");
    expect(await at.ask("s3", [forged], index)).toMatchObject([{ is: "rejected", reason: "equivocation" }]);
  });

  test("a packet that fills a gap is new, however late it comes", async () => {
    await at.ask("s1", [claim(1), claim(50)]);
    expect(await at.ask("s2", [claim(20)])).toEqual([{ is: "accepted" }]);
  });

  test("after Redis was lost, what the archive holds is known, and what it does not hold is new", async () => {
    const index = new FakeIndex();
    for (const seq of [1, 2, 3, 10]) index.hold(claim(seq), "s0");
    const answers = await at.ask("s1", [claim(2), claim(4), claim(10, { agent: "b" }), claim(11)], index);
    expect(answers).toEqual([
      { is: "archived", segment: "s0" },
      { is: "accepted" },
      { is: "duplicate", segment: "s0" },
      { is: "accepted" },
    ]);
    // 4 lay below what the archive holds: the highest number known must not have fallen to it.
    expect(await at.ask("s2", [claim(10)], index)).toEqual([{ is: "archived", segment: "s0" }]);
  });

  test("a tracker that brings more than it may is refused as rate, and others are not", async () => {
    const slow = {
      version: 7,
      rules: { ...defaultRules, trackerRate: { tapsPerHour: 36_000, burstTaps: 3 } },
    };
    const parts = { ledger: at.ledger, index: new FakeIndex() as never };
    const bring = async (segment: string, claims: SequenceClaim[]) => {
      await at.cut(segment);
      return await claimSequence(segment, "life-1", claims, slow, parts);
    };
    const answers = await bring("s1", [1, 2, 3, 4].map((n) => claim(n)).concat(claim(9, { tracker: "t2" })));
    expect(answers.map(({ is }) => is)).toEqual(["accepted", "accepted", "accepted", "rejected", "accepted"]);
    expect(answers[3]).toMatchObject({ reason: "rate", rules: 7 });
    // Another epoch is no way around it, a duplicate costs nothing, and ten a second flow in.
    expect(await bring("s2", [claim(1, { trackerEpoch: 2 })])).toMatchObject([{ reason: "rate" }]);
    expect(await bring("s1", [claim(1)])).toEqual([{ is: "accepted" }]);
    await setTimeout(120);
    expect(await bring("s3", [claim(4)])).toEqual([{ is: "accepted" }]);
  });

  test("many segments at once give each number away exactly once", async () => {
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, s) =>
        at.ask(
          `s${s}`,
          Array.from({ length: 40 }, (_, i) => claim(i + 1, { agent: `agent-${s}`, seq: i + 1 })),
        ),
      ),
    );
    for (let i = 0; i < 40; i++)
      expect(rounds.filter((answers) => answers[i]?.is === "accepted")).toHaveLength(1);
  });

  test("is forgotten by Redis when its segment has ended, but not its tracker's highest number", async () => {
    await at.ask("s1", [claim(1), claim(2)]);
    await at.ledger.release("s1", "life-1", [claim(1), claim(2)]);
    const [key] = await at.redis.keys("*tracker*");
    expect(Object.keys(await at.redis.hgetall(key!)).toSorted()).toEqual(["hw:1", "rate"]);
    expect(await at.redis.pttl(key!)).toBeGreaterThan(0);
  });
});
