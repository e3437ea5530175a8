import { setTimeout } from "node:timers/promises";
import { partitionKeys, TapLedger } from "@tapline/adapters/redis";
import { hasCode } from "@tapline/core/kernel";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claim, FakeIndex, release, setUpClaims, type TestClaims } from "./claim-sequence.fixture.ts";
import { claimSequence } from "./claim-sequence.ts";

let at: TestClaims;

beforeAll(async () => {
  at = await setUpClaims();
});
afterAll(() => at.end());
beforeEach(() => at.loseRedis("life-1"));

describe("a place in the sequence that only the index can give", () => {
  test("while the index is asked, others wait for the tracker, and for no other", async () => {
    const index = new FakeIndex();
    const order: string[] = [];
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      const rival = at.ask("rival", [claim(3, { agent: "b" })], index).then((answer) => {
        order.push("rival");
        return answer;
      });
      expect(await at.ask("other", [claim(3, { tracker: "t2" })], index)).toEqual([{ is: "accepted" }]);
      order.push("other");
      rivalEnds = rival;
    };
    let rivalEnds: Promise<unknown> = Promise.resolve();
    expect(await at.ask("s1", [claim(3)], index)).toEqual([{ is: "accepted" }]);
    order.push("s1");
    expect(await rivalEnds).toEqual([{ is: "duplicate", segment: "s1" }]);
    expect(order).toEqual(["other", "s1", "rival"]);
  });

  test("is not given on a lease that has run out: the index is asked again", async () => {
    const index = new FakeIndex();
    const hasty = new TapLedger(at.redis, { leaseMs: 60 });
    // As a process that stood still: it renews nothing while another takes, archives and forgets the number.
    const stalled = { claim: hasty.claim.bind(hasty), renew: async () => false, leaseMs: 60 };
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      await setTimeout(80);
      expect(await at.ask("rival", [claim(3, { agent: "b" })])).toEqual([{ is: "accepted" }]);
      await at.ledger.release("rival", "life-1", [claim(3)]);
      index.hold(claim(3, { agent: "b" }), "rival");
    };
    const parts = { ledger: stalled, index: index as never };
    await at.cut("s1");
    expect(await claimSequence("s1", "life-1", [claim(3)], release, parts)).toEqual([
      { is: "duplicate", segment: "rival" },
    ]);
    expect(index.asked).toBe(2);
  });

  test("a lease is renewed as long as the index takes", async () => {
    const index = new FakeIndex();
    const hasty = new TapLedger(at.redis, { leaseMs: 150 });
    index.onAsk = () => setTimeout(400);
    const parts = { ledger: hasty, index: index as never };
    await at.cut("s1");
    expect(await claimSequence("s1", "life-1", [claim(3)], release, parts)).toEqual([{ is: "accepted" }]);
    expect(index.asked).toBe(1);
  });

  test("whoever holds a tracker for too long is named by an error with its facts", async () => {
    const index = new FakeIndex();
    let refused: unknown;
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      const parts = { ledger: at.ledger, index: index as never, maxWaitMs: 100 };
      await at.cut("s2");
      refused = await claimSequence("s2", "life-1", [claim(3)], release, parts).catch((error) => error);
    };
    await at.ask("s1", [claim(3)], index);
    expect(refused).toMatchObject({
      code: "conflict",
      facts: { resource: "tracker/t1", waitedMs: expect.any(Number), attempts: expect.any(Number) },
    });
  });

  test("a failed question gives the leases back at once", async () => {
    const index = new FakeIndex();
    index.onAsk = async () => {
      throw new Error("the index is away");
    };
    await expect(at.ask("s1", [claim(3), claim(4, { tracker: "t2" })], index)).rejects.toThrow("away");
    for (const key of await at.redis.keys("*tracker*")) expect(await at.redis.hget(key, "lease")).toBeNull();
    index.onAsk = async () => undefined;
    expect(await at.ask("s2", [claim(3)], index)).toEqual([{ is: "accepted" }]);
  });

  test("is not given on the word of an index that has lost its data, but goes on where none is needed", async () => {
    const index = new FakeIndex();
    await at.ask("s0", [claim(5)], index);
    index.life = null;
    const refused = await at.ask("s1", [claim(3)], index).catch((error: unknown) => error);
    expect(hasCode(refused, "unavailable")).toBe(true);
    expect(await at.ask("s1", [claim(6)], index)).toEqual([{ is: "accepted" }]);
    index.life = "life-1";
    expect(await at.ask("s1", [claim(3)], index)).toEqual([{ is: "accepted" }]);
  });

  test("is not given to a segment that was lost with the buffer, so that the tap sent again is new", async () => {
    await at.redis.flushall();
    for (const life of [null, "life-2"]) {
      if (life !== null) await at.loseRedis(life);
      const refused = await at.ask("lost", [claim(3)]).catch((error: unknown) => error);
      expect(hasCode(refused, "unavailable")).toBe(true);
    }
    const index = new FakeIndex();
    index.life = "life-2";
    expect(await at.ask("s1", [claim(3)], index, "life-2")).toEqual([{ is: "accepted" }]);
  });

  test("is not given to a segment that has its verdicts: an attempt that comes late claims nothing, and holds nothing", async () => {
    const index = new FakeIndex();
    await at.ask("s1", [claim(1)], index);
    index.onAsk = async () => {
      await at.redis.hset(partitionKeys(0).segment("s1"), "stage", "encryption");
    };
    await at.cut("s1");
    const late = claimSequence("s1", "life-1", [claim(1), claim(9), claim(1, { trackerEpoch: 2 })], release, {
      ...{ ledger: at.ledger, index: index as never },
    });
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    for (const key of await at.redis.keys("*tracker*")) expect(await at.redis.hget(key, "lease")).toBeNull();
    expect(await at.ask("s2", [claim(1, { trackerEpoch: 2 })])).toEqual([{ is: "accepted" }]);
  });
});
