import type { Holding } from "@tapline/adapters/prisma";
import { connectRedis, partitionKeys, TapLedger } from "@tapline/adapters/redis";
import { defaultRules, type RulesRelease, type TapVerdict } from "@tapline/core/validation";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { claimSequence, type SequenceClaim } from "./claim-sequence.ts";

/** The archive's index, in memory: tracker/epoch/seq → what it holds. */
export class FakeIndex {
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

export const claim = (trackerSeq: number, changes: Partial<SequenceClaim> = {}): SequenceClaim => {
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

export const release: RulesRelease = { version: 1, rules: defaultRules };

/** A Redis with a ledger of its own; `ask` judges as validation does, by an index of the test's. */
export async function setUpClaims() {
  const server = await ownRedis();
  const redis = connectRedis(server.url, () => undefined);
  const ledger = new TapLedger(redis);
  /** The segment stands in validation, as each does while it is judged. */
  const cut = async (segment: string): Promise<void> => {
    await redis.hset(partitionKeys(0).segment(segment), "stage", "validation");
  };
  return {
    redis,
    ledger,
    cut,
    /** All is gone, and the buffer opens in another life. */
    loseRedis: async (life: string): Promise<void> => {
      await redis.flushall();
      await redis.set(partitionKeys(0).generation, life);
    },
    ask: async (
      segment: string,
      claims: SequenceClaim[],
      index = new FakeIndex(),
      life = "life-1",
    ): Promise<TapVerdict[]> => {
      await cut(segment);
      const parts = { ledger, index: index as never, maxWaitMs: 1_000 };
      return await claimSequence(segment, life, claims, release, parts);
    },
    end: async (): Promise<void> => {
      redis.disconnect();
      await server.stop();
    },
  };
}

export type TestClaims = Awaited<ReturnType<typeof setUpClaims>>;
