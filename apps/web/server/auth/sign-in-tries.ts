import { createHash } from "node:crypto";
import type { PrismaClient } from "@tapline/adapters/prisma";

/** So many wrong ones in a row are taken at once. */
const freeTries = 5;
/** For so long none is taken after that, ms; twice as long after each one more. */
const firstWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;
/** After so long in which nobody tried, one begins anew, ms. */
const forgottenAfterMs = 24 * 3_600_000;

/**
 * Counts passwords that are wrong in a row, for a person and from an address: so whoever guesses locks nobody out elsewhere. It is
 * the same for addresses that nobody has. All processes of the console count together.
 */
export class SignInTries {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /**
   * Counts one before it is known whether it is right, so that many at once are as many.
   * @returns for how long none is taken, ms; 0 where this one is
   */
  async begin(email: string, address: string): Promise<number> {
    const whose = digestOf(email, address);
    const now = new Date(this.#clock());
    const forgotten = new Date(now.getTime() - forgottenAfterMs);
    // One statement, which sees those of other processes: the wait that it sets is for whoever comes after this one. Where none is set
    // nobody is locked out, whose clock is a little behind or who began a little earlier either.
    const counted = await this.#prisma.$queryRaw<unknown[]>`
      INSERT INTO sign_in_try AS known (whose, wrong, at, locked_until) VALUES (${whose}, 1, ${now}, 'epoch')
      ON CONFLICT (whose) DO UPDATE SET
        wrong = CASE WHEN known.at < ${forgotten} THEN 1 ELSE known.wrong + 1 END,
        at = ${now},
        locked_until = CASE
          WHEN known.at < ${forgotten} OR known.wrong + 1 < ${freeTries}::int THEN 'epoch'
          ELSE ${now}::timestamptz + make_interval(secs =>
            LEAST(${longestWaitMs}::int, ${firstWaitMs}::int * 2 ^ LEAST(known.wrong + 1 - ${freeTries}::int, 20)) / 1000)
        END
      WHERE known.locked_until <= ${now}
      RETURNING wrong`;
    if (counted.length > 0) return 0;
    const known = await this.#prisma.signInTry.findUnique({ where: { whose } });
    return Math.max(1, (known?.lockedUntil.getTime() ?? 0) - now.getTime());
  }

  /** It was right: what was wrong before counts no more. Forgets what is old, too. */
  async wasRight(email: string, address: string): Promise<void> {
    const old = new Date(this.#clock() - forgottenAfterMs);
    const where = { OR: [{ whose: digestOf(email, address) }, { at: { lt: old } }] };
    await this.#prisma.signInTry.deleteMany({ where });
  }
}

/** Neither address is kept. */
const digestOf = (email: string, address: string) =>
  new Uint8Array(createHash("sha256").update(`${email.trim().toLowerCase()}\n${address}`).digest());
