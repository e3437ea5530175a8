import { type RingKey, standOf } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import type { Transaction } from "../prisma/acts.ts";
import { listRing } from "./ring-rows.ts";

/** The fact that says whether what lets a key in, or shuts one out, needs two persons: `on` where it does. */
export const ruleFact = "keys.two-persons";

/** The ring as it is, the rule over it, and what stands for both. */
export type RingStanding = {
  readonly ring: readonly RingKey[];
  readonly twoPersons: boolean;
  readonly stand: string;
};

export async function readStanding(
  tx: Pick<Transaction, "archiveKey" | "installationFact">,
): Promise<RingStanding> {
  const ring = await listRing(tx);
  const twoPersons = (await tx.installationFact.findUnique({ where: { name: ruleFact } }))?.value === "on";
  return { ring, twoPersons, stand: standOf(ring, { twoPersons }) };
}

/** @throws TaplineError `conflict` where the ring, or its rule, is not what somebody looked at */
export function assertStand({ stand }: RingStanding, seen: string): void {
  if (stand === seen) return;
  throw new TaplineError(
    "conflict",
    "the ring has changed since you looked: this would do something else now",
    {
      remedy: "Look at what it does now, and decide anew.",
      facts: { stale: true },
    },
  );
}
