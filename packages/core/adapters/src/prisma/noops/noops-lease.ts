import { readFileSync } from "node:fs";
import { actRefused } from "@tapline/core/noops";
import type { LeaseCheck, Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";

const takeSql = readFileSync(new URL("./take-noops-lease.sql", import.meta.url), "utf8");
const owner = "noops";
/**
 * A process that stands still within a transaction would hold the lease in place for ever: PostgreSQL ends it after so long, ms. One
 * that runs ends it itself before: Prisma lets none take above 5 s.
 */
const standsStillMs = 10_000;

export type LeaseListing = {
  readonly holder: string;
  readonly fence: number;
  readonly untilEpochMs: number;
  /** By the database's clock. */
  readonly isHeld: boolean;
};

/** Who may act: one process at a time, under a number that grows with each change of hands. The clock is the database's. */
export class NoopsLease {
  readonly #prisma: PrismaClient;
  readonly #ms: number;

  /** @param ms how long it holds without being kept */
  constructor(prisma: PrismaClient, ms: number) {
    this.#prisma = prisma;
    this.#ms = ms;
  }

  /** Takes or keeps it under `holder`. @returns its number; null where another one has it */
  async take(holder: string): Promise<number | null> {
    const [row] = await this.#prisma.$queryRawUnsafe<{ fence: bigint }[]>(takeSql, owner, holder, this.#ms);
    return row === undefined ? null : Number(row.fence);
  }

  /** Gives it up, so that the next one need not wait for its end: as of a second ago, for a clock may be set back by less. */
  async resign(holder: string): Promise<void> {
    await this.#prisma.$executeRaw`
      UPDATE noops_lease SET until = LEAST(until, clock_timestamp() - interval '1 second')
      WHERE owner = ${owner} AND holder = ${holder}`;
  }

  /** null where nobody ever had it. */
  async standing(): Promise<LeaseListing | null> {
    const [row] = await this.#prisma.$queryRaw<
      { holder: string; fence: bigint; until: Date; held: boolean }[]
    >`SELECT holder, fence, until, until > clock_timestamp() AS held FROM noops_lease WHERE owner = ${owner}`;
    if (row === undefined) return null;
    const { holder, fence, until, held } = row;
    return { holder, fence: Number(fence), untilEpochMs: until.getTime(), isHeld: held };
  }
}

/**
 * Holds the lease in place for the rest of the transaction: nobody else takes it meanwhile.
 * @throws TaplineError `conflict` (`fenced`) where it is not held under this number any more
 */
export async function assertHeld(tx: Transaction, fence: number): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT set_config('idle_in_transaction_session_timeout', ${String(standsStillMs)}, true) FROM noops_lease
    WHERE owner = ${owner} AND fence = ${fence} AND until > clock_timestamp() FOR SHARE`;
  if (rows.length === 0)
    throw actRefused("fenced", `lease ${fence} of noops is over: another process decides now`);
}

/** Lets what is done under this number be done while the lease is held under it, and not once another process decides. */
export function leaseCheck(fence: number): LeaseCheck {
  return (tx) => assertHeld(tx, fence);
}
