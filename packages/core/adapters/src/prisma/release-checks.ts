import { TaplineError } from "@tapline/core/kernel";
import type { ReleasedService } from "@tapline/core/rollout";
import type { Transaction } from "./acts.ts";
import { openShift } from "./release-steps.ts";

/** What has to hold beside, looked at in the transaction that is to change something. */
export type ReleaseExpectation =
  | { readonly is: "at-rest"; readonly service: ReleasedService; readonly release: number }
  | {
      readonly is: "still-led";
      readonly service: ReleasedService;
      /** By the shift that is to be undone: its number, and the release; null where that was not written down. */
      readonly left: Readonly<Record<string, unknown>> | null;
    };

/** @throws TaplineError `conflict` where it does not hold: then nothing is changed */
export async function assertExpected(
  tx: Transaction,
  expected: ReleaseExpectation | undefined,
): Promise<void> {
  if (expected?.is === "at-rest") await assertAtRest(tx, expected);
  if (expected?.is === "still-led") await assertStillLed(tx, expected);
}

type Expecting<Is extends ReleaseExpectation["is"]> = Extract<ReleaseExpectation, { is: Is }>;

const lookFirst = { remedy: "`tapline release ls` shows what runs and what is on its way" };

/**
 * A rule leads a service to a release less freely than a person: nothing else is under way, and the release was never turned back, by
 * its analysis or a person. Else what a rule goes by, which still holds, would lead there again and again.
 */
async function assertAtRest(tx: Transaction, { service, release }: Expecting<"at-rest">): Promise<void> {
  const open = await openShift(tx, service);
  if (open !== null)
    throw new TaplineError("conflict", `shift ${open.id} of ${service} is under way`, lookFirst);
  const made = await tx.serviceRelease.findUnique({ where: { id: release } });
  if (made !== null && made.service !== service)
    throw new TaplineError("conflict", `release ${release} is one of ${made.service}, not of ${service}`, {
      remedy: "name another release in the rule, or another service by `only`",
    });
  const last = await tx.releaseShift.findFirst({
    where: { service, OR: [{ releaseId: release }, { kind: "return", baseId: release }] },
    orderBy: { id: "desc" },
  });
  // One that led there and was turned back, or a way back from there that was gone to its end.
  const turned = last?.releaseId === release ? "rolled-back" : "promoted";
  if (last !== null && last.phase === turned)
    throw new TaplineError(
      "conflict",
      `release ${release} of ${service} was turned back by shift ${last.id}`,
      {
        remedy: `make another release, or have a person lead there: \`tapline release shift ${release}\``,
      },
    );
}

const backPhases: readonly string[] = ["returning", "clearing", "rolled-back"];

/** What a rule led to a release is still what stands: else the way back would be one from something else. */
async function assertStillLed(tx: Transaction, { service, left }: Expecting<"still-led">): Promise<void> {
  const last = await tx.releaseShift.findFirst({ where: { service }, orderBy: { id: "desc" } });
  const stands =
    last !== null &&
    last.id === left?.shift &&
    last.releaseId === left.release &&
    !backPhases.includes(last.phase);
  if (stands) return;
  const now = last === null ? "nothing was shifted" : `shift ${last.id} is ${last.phase}`;
  throw new TaplineError("conflict", `what led ${service} to a release has changed since: ${now}`, lookFirst);
}
