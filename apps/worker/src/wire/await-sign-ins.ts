import { setTimeout } from "node:timers/promises";
import type { TaplineError } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { databaseTrouble } from "../cli/database-trouble.ts";
import { redisTrouble } from "../cli/redis-trouble.ts";
import { within } from "../roles/within.ts";
import type { Parts } from "./parts.ts";

const askAgainMs = 1_000;
/** Where PostgreSQL is away it is not waited for, ms. */
const databaseAnswersWithinMs = 5_000;

/** Told why no store is worked with, each time that it is refused; null once none refuses any more. */
export type OnRefused = (why: string | null) => void;

type Store = {
  readonly what: string;
  /** Asks for something that it gives to all whom it lets in. */
  readonly ask: () => Promise<unknown>;
  /** What an error says of whom it lets in, in our words. */
  readonly trouble: (error: Error) => TaplineError | undefined;
};

/**
 * Waits until neither Redis nor PostgreSQL refuses whom the settings name: that is for people to mend, and a process that went on would be
 * ready and do nothing. What is away is another matter: who needs it waits by himself.
 */
export async function awaitSignIns(
  { telemetryStream, prisma, log }: Pick<Parts, "telemetryStream" | "prisma" | "log">,
  onRefused: OnRefused,
): Promise<void> {
  // Any service may read it, and nobody who is not signed in may, as he may PING.
  const redis = { what: "Redis", ask: () => telemetryStream.newest(), trouble: redisTrouble };
  const askDatabase = () => within(databaseAnswersWithinMs, "PostgreSQL", prisma.$queryRaw`SELECT 1`);
  const postgresql = { what: "PostgreSQL", ask: askDatabase, trouble: refusalOfDatabase };
  await Promise.all([redis, postgresql].map((store) => letIn(store, log, onRefused)));
  onRefused(null);
}

async function letIn(store: Store, log: Pick<Logger, "error">, onRefused: OnRefused): Promise<void> {
  for (;;) {
    const refusal = await refusalBy(store);
    if (refusal === undefined) return;
    onRefused(`${refusal.message}. ${refusal.remedy ?? ""}`.trimEnd());
    log.error(
      { err: refusal, what: store.what },
      "a store refuses this process, which waits and is not ready",
    );
    await setTimeout(askAgainMs);
  }
}

async function refusalBy({ ask, trouble }: Store): Promise<TaplineError | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return error instanceof Error ? trouble(error) : undefined;
  }
}

function refusalOfDatabase(error: Error): TaplineError | undefined {
  const trouble = databaseTrouble(error);
  return trouble?.code === "misconfigured" ? trouble : undefined;
}
