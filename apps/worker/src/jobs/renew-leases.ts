import type { Leases, TapLedger } from "@tapline/adapters/redis";

/**
 * Does `work` while the leases are renewed, three times in their length. One that cannot be renewed runs out, and what was
 * found under it is refused with its token: the caller then asks again.
 */
export async function whileRenewing(
  ledger: Pick<TapLedger, "renew" | "leaseMs">,
  generation: string,
  leases: Leases,
  work: () => Promise<void>,
): Promise<void> {
  let renewing: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    // Where Redis takes longer than that, the next one waits for its turn: else they pile up, and the caller waits for all.
    renewing ??= ledger
      .renew(generation, leases)
      .catch(() => undefined)
      .finally(() => {
        renewing = null;
      });
  }, ledger.leaseMs / 3);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await renewing;
  }
}
