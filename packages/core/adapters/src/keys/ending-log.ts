import { type Ending, warnDays } from "@tapline/core/encryption";
import { sha256Hex } from "@tapline/core/kernel";
import { z } from "zod";
import { recordAct } from "../prisma/acts.ts";
import type { PrismaClient } from "../prisma/generated/client.ts";

const keptFact = "keys.endings";

const keptSchema = z.strictObject({
  atEpochMs: z.int(),
  endings: z.array(z.strictObject({ what: z.string(), subject: z.string(), endsAtEpochMs: z.number() })),
  unreadable: z.array(z.string()),
  rotateAfterDays: z.int(),
});

/**
 * What a worker found last that can run out.
 * @property unreadable what could not be read
 * @property rotateAfterDays so old the archive's key becomes; 0: it is rotated on purpose alone
 */
export type KeptEndings = z.infer<typeof keptSchema>;

/** Which warnings of endings have been given, each once, whoever looks; and what was found last that can run out. */
export class EndingLog {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Keeps what was found, for the console, which can read none of the files. */
  async keep(found: KeptEndings): Promise<void> {
    const fact = { name: keptFact, value: JSON.stringify(found) };
    await this.#prisma.installationFact.upsert({ where: { name: keptFact }, create: fact, update: fact });
  }

  /** What was kept last; null: nothing yet. */
  async kept(): Promise<KeptEndings | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: keptFact } });
    return fact === null ? null : keptSchema.parse(JSON.parse(fact.value));
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
