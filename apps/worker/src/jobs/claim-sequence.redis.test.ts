import { setTimeout } from "node:timers/promises";
import type { Holding } from "@tapline/adapters/prisma";
import { connectRedis, partitionKeys, TapLedger } from "@tapline/adapters/redis";
import { hasCode } from "@tapline/core/kernel";
import { defaultRules } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { claimSequence, type SequenceClaim } from "./claim-sequence.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let ledger: TapLedger;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  ledger = new TapLedger(redis);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => loseRedis("life-1"));

/** All is gone, and the buffer opens in another life. */
async function loseRedis(life: string): Promise<void> {
  await redis.flushall();
  await redis.set("tapline:{p0}:generation", life);
}

/** The segment stands in validation, as each does while it is judged. */
async function cut(segment: string): Promise<void> {
  await redis.hset(partitionKeys(0).segment(segment), "stage", "validation");
}

/** The archive's index, in memory: tracker/epoch/seq → what it holds. */
class FakeIndex {
  readonly held = new Map<string, { segment: string; digest: string; owner: string }>();
  asked = 0;
  life: string | null = "life-1";
  onAsk: () => Promise<void> = async () => undefined;

  hold(claim: SequenceClaim, segment: string): void {
    this.held.set(nameOf(claim), { segment, digest: claim.digest, owner: claim.owner });
  }
  async findTaps(taps: readonly SequenceClaim[]): Promise<Holding[]> {
    if (taps.length === 0) return [];
    this.asked++;
    const answer = taps.map((tap) => {
      const seqs = [...this.held.keys()]
        .filter((name) => name.startsWith(`${tap.tracker}/${tap.trackerEpoch}/`))
        .map((name) => Number(name.split("/")[2]));
      const found = this.held.get(nameOf(tap));
      return { highest: Math.max(0, ...seqs), held: found ?? null };
    });
    await this.onAsk();
    return answer;
  }
  async generation(): Promise<string | null> {
    return this.life;
  }
  async findAgentTaps(taps: readonly { agent: string; epoch: number; seq: number }[]) {
    return taps.map((tap) => {
      const owner = `${tap.agent}/${tap.epoch}/${tap.seq}`;
      return [...this.held.values()].find((held) => held.owner === owner)?.segment ?? null;
    });
  }
}

const nameOf = (claim: Pick<SequenceClaim, "tracker" | "trackerEpoch" | "trackerSeq">): string =>
  `${claim.tracker}/${claim.trackerEpoch}/${claim.trackerSeq}`;

const claim = (trackerSeq: number, changes: Partial<SequenceClaim> = {}): SequenceClaim => {
  const made = {
    tracker: "t1",
    trackerEpoch: 1,
    trackerSeq,
    digest: `d${trackerSeq}`,
    agent: "a",
    epoch: 1,
    seq: trackerSeq,
    ...changes,
  };
  return { owner: `${made.agent}/${made.epoch}/${made.seq}`, ...made };
};

const release = { version: 1, rules: defaultRules };

const ask = async (segment: string, claims: SequenceClaim[], index = new FakeIndex(), life = "life-1") => {
  await cut(segment);
  return await claimSequence(segment, life, claims, release, {
    ...{ ledger, index: index as never, maxWaitMs: 1_000 },
  });
};

describe("a tap's place in its tracker's sequence", () => {
  test("is taken once; run again for the same segment, the answer stands", async () => {
    expect(await ask("s1", [claim(1), claim(2)])).toEqual([{ is: "accepted" }, { is: "accepted" }]);
    expect(await ask("s1", [claim(1), claim(2)])).toEqual([{ is: "accepted" }, { is: "accepted" }]);
  });

  test("above the highest number known, nobody but Redis is asked", async () => {
    const index = new FakeIndex();
    await ask("s1", [claim(1)], index);
    expect(index.asked).toBe(1);
    expect(await ask("s2", [claim(2), claim(3)], index)).toEqual([{ is: "accepted" }, { is: "accepted" }]);
    expect(index.asked).toBe(1);
  });

  test("the same packet by another agent is a duplicate, also within one segment", async () => {
    const twin = claim(1, { agent: "b", seq: 77 });
    expect(await ask("s1", [claim(1), twin])).toEqual([
      { is: "accepted" },
      { is: "duplicate", segment: "s1" },
    ]);
    expect(await ask("s2", [twin])).toEqual([{ is: "duplicate", segment: "s1" }]);
  });

  test("the same delivery in a later segment is on its way already", async () => {
    await ask("s1", [claim(1)]);
    expect(await ask("s2", [claim(1)])).toEqual([{ is: "redelivered", segment: "s1" }]);
  });

  test("the same number with other content is equivocation, in flight and archived", async () => {
    await ask("s1", [claim(5)]);
    const forged = claim(5, { digest: "other", seq: 9 });
    expect(await ask("s2", [forged])).toMatchObject([{ is: "rejected", reason: "equivocation" }]);
    const index = new FakeIndex();
    index.hold(claim(5), "s1");
    await loseRedis("life-1");
    expect(await ask("s3", [forged], index)).toMatchObject([{ is: "rejected", reason: "equivocation" }]);
  });

  test("a packet that fills a gap is new, however late it comes", async () => {
    await ask("s1", [claim(1), claim(50)]);
    expect(await ask("s2", [claim(20)])).toEqual([{ is: "accepted" }]);
  });

  test("after Redis was lost, what the archive holds is known, and what it does not hold is new", async () => {
    const index = new FakeIndex();
    for (const seq of [1, 2, 3, 10]) index.hold(claim(seq), "s0");
    const answers = await ask("s1", [claim(2), claim(4), claim(10, { agent: "b" }), claim(11)], index);
    expect(answers).toEqual([
      { is: "archived", segment: "s0" },
      { is: "accepted" },
      { is: "duplicate", segment: "s0" },
      { is: "accepted" },
    ]);
    // 4 lay below what the archive holds: the highest number known must not have fallen to it.
    expect(await ask("s2", [claim(10)], index)).toEqual([{ is: "archived", segment: "s0" }]);
  });

  test("while the index is asked, others wait for the tracker, and for no other", async () => {
    const index = new FakeIndex();
    const order: string[] = [];
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      const rival = ask("rival", [claim(3, { agent: "b" })], index).then((answer) => {
        order.push("rival");
        return answer;
      });
      expect(await ask("other", [claim(3, { tracker: "t2" })], index)).toEqual([{ is: "accepted" }]);
      order.push("other");
      rivalEnds = rival;
    };
    let rivalEnds: Promise<unknown> = Promise.resolve();
    expect(await ask("s1", [claim(3)], index)).toEqual([{ is: "accepted" }]);
    order.push("s1");
    expect(await rivalEnds).toEqual([{ is: "duplicate", segment: "s1" }]);
    expect(order).toEqual(["other", "s1", "rival"]);
  });

  test("is not given on a lease that has run out: the index is asked again", async () => {
    const index = new FakeIndex();
    const hasty = new TapLedger(redis, { leaseMs: 60 });
    // As a process that stood still: it renews nothing while another takes, archives and forgets the number.
    const stalled = { claim: hasty.claim.bind(hasty), renew: async () => false, leaseMs: 60 };
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      await setTimeout(80);
      expect(await ask("rival", [claim(3, { agent: "b" })])).toEqual([{ is: "accepted" }]);
      await ledger.release("rival", "life-1", [claim(3)]);
      index.hold(claim(3, { agent: "b" }), "rival");
    };
    const parts = { ledger: stalled, index: index as never };
    await cut("s1");
    expect(await claimSequence("s1", "life-1", [claim(3)], release, parts)).toEqual([
      { is: "duplicate", segment: "rival" },
    ]);
    expect(index.asked).toBe(2);
  });

  test("a lease is renewed as long as the index takes", async () => {
    const index = new FakeIndex();
    const hasty = new TapLedger(redis, { leaseMs: 150 });
    index.onAsk = () => setTimeout(400);
    const parts = { ledger: hasty, index: index as never };
    await cut("s1");
    expect(await claimSequence("s1", "life-1", [claim(3)], release, parts)).toEqual([{ is: "accepted" }]);
    expect(index.asked).toBe(1);
  });

  test("whoever holds a tracker for too long is named by an error with its facts", async () => {
    const index = new FakeIndex();
    let refused: unknown;
    index.onAsk = async () => {
      index.onAsk = async () => undefined;
      const parts = { ledger, index: index as never, maxWaitMs: 100 };
      await cut("s2");
      refused = await claimSequence("s2", "life-1", [claim(3)], release, parts).catch((error) => error);
    };
    await ask("s1", [claim(3)], index);
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
    await expect(ask("s1", [claim(3), claim(4, { tracker: "t2" })], index)).rejects.toThrow("away");
    for (const key of await redis.keys("*tracker*")) expect(await redis.hget(key, "lease")).toBeNull();
    index.onAsk = async () => undefined;
    expect(await ask("s2", [claim(3)], index)).toEqual([{ is: "accepted" }]);
  });

  test("a tracker that brings more than it may is refused as rate, and others are not", async () => {
    const slow = {
      version: 7,
      rules: { ...defaultRules, trackerRate: { tapsPerHour: 36_000, burstTaps: 3 } },
    };
    const parts = { ledger, index: new FakeIndex() as never };
    const bring = async (segment: string, claims: SequenceClaim[]) => {
      await cut(segment);
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

  test("is not given on the word of an index that has lost its data, but goes on where none is needed", async () => {
    const index = new FakeIndex();
    await ask("s0", [claim(5)], index);
    index.life = null;
    const refused = await ask("s1", [claim(3)], index).catch((error: unknown) => error);
    expect(hasCode(refused, "unavailable")).toBe(true);
    expect(await ask("s1", [claim(6)], index)).toEqual([{ is: "accepted" }]);
    index.life = "life-1";
    expect(await ask("s1", [claim(3)], index)).toEqual([{ is: "accepted" }]);
  });

  test("is not given to a segment that was lost with the buffer, so that the tap sent again is new", async () => {
    await redis.flushall();
    for (const life of [null, "life-2"]) {
      if (life !== null) await loseRedis(life);
      const refused = await ask("lost", [claim(3)]).catch((error: unknown) => error);
      expect(hasCode(refused, "unavailable")).toBe(true);
    }
    const index = new FakeIndex();
    index.life = "life-2";
    expect(await ask("s1", [claim(3)], index, "life-2")).toEqual([{ is: "accepted" }]);
  });

  test("is not given to a segment that has its verdicts: an attempt that comes late claims nothing, and holds nothing", async () => {
    const index = new FakeIndex();
    await ask("s1", [claim(1)], index);
    index.onAsk = async () => {
      await redis.hset(partitionKeys(0).segment("s1"), "stage", "encryption");
    };
    await cut("s1");
    const late = claimSequence("s1", "life-1", [claim(1), claim(9), claim(1, { trackerEpoch: 2 })], release, {
      ...{ ledger, index: index as never },
    });
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    for (const key of await redis.keys("*tracker*")) expect(await redis.hget(key, "lease")).toBeNull();
    expect(await ask("s2", [claim(1, { trackerEpoch: 2 })])).toEqual([{ is: "accepted" }]);
  });

  test("many segments at once give each number away exactly once", async () => {
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, s) =>
        ask(
          `s${s}`,
          Array.from({ length: 40 }, (_, i) => claim(i + 1, { agent: `agent-${s}`, seq: i + 1 })),
        ),
      ),
    );
    for (let i = 0; i < 40; i++)
      expect(rounds.filter((answers) => answers[i]?.is === "accepted")).toHaveLength(1);
  });

  test("is forgotten by Redis when its segment has ended, but not its tracker's highest number", async () => {
    await ask("s1", [claim(1), claim(2)]);
    await ledger.release("s1", "life-1", [claim(1), claim(2)]);
    const [key] = await redis.keys("*tracker*");
    expect(Object.keys(await redis.hgetall(key!)).toSorted()).toEqual(["hw:1", "rate"]);
    expect(await redis.pttl(key!)).toBeGreaterThan(0);
  });
});
