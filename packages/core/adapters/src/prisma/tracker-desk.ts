import { TaplineError } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { type Act, marks, moveMark, recordAct, type Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** A tracker as people see it. Times: ms since 1970. */
export type TrackerListing = {
  readonly id: string;
  /** Key id, hexadecimal; null where it does not sign. */
  readonly kid: string | null;
  readonly enrolledAtEpochMs: number;
  readonly revokedAtEpochMs: number | null;
};

/** Most trackers of one listing. */
const maxListed = 10_000;

/** What people do to single trackers. Each change is one transaction with its audit entry. */
export class TrackerDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Trackers by id, at most 10,000, after `after`. */
  async list(after = ""): Promise<TrackerListing[]> {
    const rows = await this.#prisma.tracker.findMany({
      where: { id: { gt: after } },
      select: { id: true, kid: true, enrolledAt: true, revokedAt: true },
      orderBy: { id: "asc" },
      take: maxListed,
    });
    return rows.map(({ id, kid, enrolledAt, revokedAt }) => ({
      ...{ id, kid },
      enrolledAtEpochMs: enrolledAt.getTime(),
      revokedAtEpochMs: revokedAt?.getTime() ?? null,
    }));
  }

  /**
   * Enrols a tracker with its key (Ed25519, 32 bytes). One that was revoked may be enrolled again with another key.
   * @returns the key's id
   * @throws TaplineError `conflict` where the tracker, or the key, is known
   */
  async enrol({ id, publicKey }: { id: string; publicKey: Buffer }, act: Act): Promise<string> {
    const kid = kidOf(publicKey);
    await this.#step(async (tx, at) => {
      const holder = await tx.tracker.findFirst({ where: { kid } });
      if (holder !== null)
        throw new TaplineError("conflict", `the key ${kid} is that of tracker ${holder.id}`, {
          remedy: "each tracker has a key of its own; a revoked key is never taken again",
        });
      const before = await tx.tracker.findUnique({ where: { id } });
      if (before !== null && before.revokedAt === null)
        throw new TaplineError("conflict", `tracker ${id} is enrolled with the key ${before.kid ?? "none"}`, {
          remedy: "revoke it first; its taps under the old key are refused from then on",
        });
      const row = { publicKey: new Uint8Array(publicKey), kid, enrolledAt: at, revokedAt: null };
      await tx.tracker.upsert({ where: { id }, create: { id, ...row }, update: row });
      const what = {
        action: "tracker.enrolled" as const,
        subject: `tracker/${id}`,
        facts: {},
        ...(before === null ? {} : { before: { state: "revoked", kid: before.kid } }),
        after: { state: "enrolled", kid },
      };
      await recordAct(tx, act, what, at.getTime());
    });
    return kid;
  }

  /** From now on the tracker's taps are refused. @throws TaplineError `not-found`, `conflict` where it was revoked */
  async revoke(id: string, act: Act & { reason: string }): Promise<void> {
    await this.#step(async (tx, at) => {
      const [row] = await tx.tracker.updateManyAndReturn({
        where: { id, revokedAt: null },
        data: { revokedAt: at },
      });
      if (row === undefined) throw await notRevoked(tx, id);
      const change = { before: { state: "enrolled" }, after: { state: "revoked" } };
      const facts = { kid: row.kid ?? "none" };
      const what = { action: "tracker.revoked" as const, subject: `tracker/${id}`, facts, ...change };
      await recordAct(tx, act, what, at.getTime());
    });
  }

  async #step(change: (tx: Transaction, at: Date) => Promise<void>): Promise<void> {
    const at = new Date(this.#clock());
    await this.#prisma.$transaction(async (tx) => {
      // First, so that one step comes after the other.
      await moveMark(tx, marks.trackers);
      await change(tx, at);
    });
  }
}

async function notRevoked(tx: Transaction, id: string): Promise<TaplineError> {
  const known = await tx.tracker.findUnique({ where: { id } });
  if (known === null) return new TaplineError("not-found", `no tracker ${id} is enrolled`);
  return new TaplineError("conflict", `tracker ${id} was revoked on ${known.revokedAt?.toISOString()}`);
}
