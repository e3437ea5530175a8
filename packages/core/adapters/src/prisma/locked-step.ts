import type { Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** Takes a step back that was only to be tried. */
class DryRun extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super("dry run");
    this.result = result;
  }
}

/**
 * One transaction, one at a time of all under the same lock. With `dryRun` all of it is done, so that it is refused where it would be,
 * and then taken back: what a dry run lets pass and what is done cannot differ.
 */
export async function lockedStep<Result>(
  prisma: PrismaClient,
  { lock, dryRun = false }: { readonly lock: string; readonly dryRun?: boolean | undefined },
  change: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
      const result = await change(tx);
      if (dryRun) throw new DryRun(result);
      return result;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.result as Result;
    throw error;
  }
}
