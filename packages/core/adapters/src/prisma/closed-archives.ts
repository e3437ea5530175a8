import { readJson } from "@tapline/core/kernel";
import { z } from "zod";
import type { LeaseCheck, Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

const factName = "archives.closed";
const namesSchema = z.array(z.string());
/** So long what was read counts, ms. */
const holdsMs = 1_000;

/** Archives to which NoOps lets nothing be sent, by their names in the settings. */
export class ClosedArchives {
  readonly #prisma: PrismaClient;
  #known: ReadonlySet<string> = new Set();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async read(): Promise<string[]> {
    return await readClosed(this.#prisma);
  }

  /** @returns which were closed before @throws TaplineError as `leaseCheck` does */
  async set(archive: string, open: boolean, leaseCheck?: LeaseCheck): Promise<string[]> {
    return await this.#prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('archives.closed', 0))`;
      await leaseCheck?.(tx);
      const before = await readClosed(tx);
      const others = before.filter((name) => name !== archive);
      const fact = { name: factName, value: JSON.stringify(open ? others : [...others, archive].toSorted()) };
      await tx.installationFact.upsert({ where: { name: factName }, create: fact, update: fact });
      return before;
    });
  }

  /** As far as is known without waiting: about 1 s old where it is asked often; while PostgreSQL is away, the last that was known. */
  has(archive: string): boolean {
    if (performance.now() - this.#readAtMs >= holdsMs) {
      this.#readAtMs = performance.now();
      this.read().then(
        (names) => {
          this.#known = new Set(names);
        },
        () => undefined,
      );
    }
    return this.#known.has(archive);
  }
}

async function readClosed(prisma: PrismaClient | Transaction): Promise<string[]> {
  const fact = await prisma.installationFact.findUnique({ where: { name: factName } });
  return fact === null ? [] : (readJson(namesSchema, fact.value) ?? []);
}
