import type { Holding } from "@tapline/adapters/prisma";
import { connectRedis, TapLedger } from "@tapline/adapters/redis";
import { hasCode } from "@tapline/core/kernel";
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

const ask = (segment: string, claims: SequenceClaim[], index = new FakeIndex()) =>
  claimSequence(segment, "life-1", claims, { ledger, index: index as never });

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

  test("is not given twice where another segment takes and archives it between question and claim", async () => {
    const index = new FakeIndex();
    let raced = false;
    index.onAsk = async () => {
      if (raced) return;
      raced = true;
      const rival = new FakeIndex();
      await claimSequence("rival", "life-1", [claim(3, { agent: "b" })], { ledger, index: rival as never });
      await ledger.release("rival", "life-1", [claim(3)]);
      index.hold(claim(3, { agent: "b" }), "rival");
    };
    expect(await ask("s1", [claim(3)], index)).toEqual([{ is: "duplicate", segment: "rival" }]);
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
    const parts = { ledger, index: index as never };
    expect(await claimSequence("s1", "life-2", [claim(3)], parts)).toEqual([{ is: "accepted" }]);
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
    expect(Object.keys(await redis.hgetall(key!)).toSorted()).toEqual(["hw", "v"]);
    expect(await redis.pttl(key!)).toBeGreaterThan(0);
  });
});
