import { readFileSync } from "node:fs";
import type { PrismaClient } from "./generated/client.ts";

const takeTurnSql = readFileSync(new URL("./take-turn.sql", import.meta.url), "utf8");

/** Work that comes round every so often, whichever process does it: one at a time gets the turn. */
export class Turns {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Whether it is this process's turn: by the database's clock, the last one began `everyMs` ago or earlier. */
  async take(name: string, everyMs: number): Promise<boolean> {
    return (await this.#prisma.$executeRawUnsafe(takeTurnSql, `turn.${name}`, Math.floor(everyMs))) > 0;
  }
}
