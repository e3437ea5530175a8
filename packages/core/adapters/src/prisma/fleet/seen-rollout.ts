import { TaplineError } from "@tapline/core/kernel";
import type { Rollout, Track } from "@tapline/core/rollout";
import type { Prisma } from "../generated/client.ts";
import { peopleNames } from "../people-names.ts";

/** Where a roll-out stood when somebody looked at it. */
export type SeenRollout = Pick<Rollout<unknown>, "id" | "reached" | "state">;

/** That a roll-out stands where whoever acts on it saw it; without `seen` wherever it stands. @throws TaplineError `conflict`, saying who was first */
export async function assertSeen(
  tx: Prisma.TransactionClient,
  { rollout }: Track<string>,
  seen: SeenRollout | undefined,
): Promise<void> {
  if (seen === undefined) return;
  const { id, reached, state } = seen;
  if (rollout?.id === id && rollout.reached === reached && rollout.state === state) return;
  const last = await tx.auditEntry.findFirst({
    where: { subject: `rollout/${id}` },
    select: { actorId: true, action: true },
    orderBy: [{ recordedAt: "desc" }, { id: "desc" }],
  });
  const names = await peopleNames(tx, last === null ? [] : [last.actorId]);
  const who = last === null ? "somebody" : (names.get(last.actorId) ?? last.actorId);
  const did = last?.action.replace("fleet.rollout-", "") ?? "moved on";
  throw new TaplineError("conflict", `${who} was first: roll-out ${id} was ${did} meanwhile`, {
    remedy: "look at it as it is now",
    facts: { by: last?.actorId ?? "", did },
  });
}
