import { type Ending, warnDays } from "@tapline/core/encryption";
import { sha256Hex } from "@tapline/core/kernel";
import { recordAct } from "../prisma/acts.ts";
import type { PrismaClient } from "../prisma/generated/client.ts";

/** Which warnings of endings have been given: each is given once, whoever looks. */
export class EndingLog {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Notes a warning, with its audit entry.
   * @param warning days, one of `warnDays`
   * @returns false where it, or a later one, was given before
   */
  async tell(ending: Ending, warning: number, nowEpochMs: number): Promise<boolean> {
    const { what, subject, endsAtEpochMs } = ending;
    const id = sha256Hex(Buffer.from(`${subject}/${endsAtEpochMs}`)).slice(0, 32);
    const name = `ending.${id}`;
    return await this.#prisma.$transaction(async (tx) => {
      // The row is made first, so that of two who look at once the second waits and then sees it.
      await tx.installationFact.createMany({ data: [{ name, value: "none" }], skipDuplicates: true });
      const later = warnDays.filter((days) => days <= warning).map(String);
      const { count } = await tx.installationFact.updateMany({
        where: { name, value: { notIn: later } },
        data: { value: String(warning) },
      });
      if (count === 0) return false;
      const act = { actor: { kind: "job" as const, id: "audit" }, reason: null };
      const facts = { what, certificate: subject, endsAt: new Date(endsAtEpochMs).toISOString(), warning };
      await recordAct(tx, act, { action: "key.ending", subject: `ending/${id}`, facts }, nowEpochMs);
      return true;
    });
  }
}
