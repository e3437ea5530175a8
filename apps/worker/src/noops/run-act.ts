import type { NoopsLog } from "@tapline/adapters/prisma/noops";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import {
  type ActState,
  type Actuator,
  type ActuatorAct,
  actStateOf,
  type Decision,
  isHouseAct,
  isMeshAct,
  type Landscape,
  type MeshAct,
  settingsOf,
  workloadOf,
} from "@tapline/core/noops";
import { assertAsLeft, type Left } from "./assert-as-left.ts";
import { actInHouse, type Changed, type HouseParts } from "./house-hands.ts";

export type ActParts = {
  readonly actuator: Actuator | null;
  readonly house: HouseParts;
  readonly flight: Pick<NoopsLog, "find">;
};

export type ActTermsOfRule = {
  readonly fence: number;
  /** Aborted where somebody pulls the kill switch, or another process decides: checked before each step. */
  readonly signal: AbortSignal;
  /** Who has let the rule act by itself; null where nobody is known to have. */
  readonly armedBy: Actor | null;
};

/** Does what was decided, step by step: looks, acts, looks again. @returns what it changed @throws TaplineError where it was not done */
export async function runAct(decision: Decision, terms: ActTermsOfRule, parts: ActParts): Promise<Changed> {
  const { act, ruleId, id } = decision;
  if (act === null) throw new TaplineError("corrupt", `decision ${id} has no act`);
  const reason = `rule ${ruleId}, decision ${id}`;
  assertGoesOn(terms.signal);
  const left = await leftBy(decision.undoes, parts.flight);
  if (isHouseAct(act)) {
    const approvedBy = decision.word?.is === "approved" ? decision.word.by : null;
    const by = { actor: { kind: "rule", id: ruleId } as const, reason, approvedBy };
    return await actInHouse(act, { ...by, ...terms, left }, parts.house);
  }
  const { actuator } = parts;
  if (actuator === null)
    throw new TaplineError("misconfigured", "nothing that runs the services may be asked to change them", {
      remedy: "set TAPLINE_ACTUATOR for the role noops",
    });
  const { fence, signal } = terms;
  const seen = await actuator.look(signal);
  const before = actStateOf(act, seen);
  assertAsLeft(left, before);
  assertGoesOn(signal);
  await actuator.act(act, { fence, revision: revisionOf(act, seen), reason, signal });
  const after = actStateOf(act, await actuator.look());
  assertSo(act, after);
  return { before, after };
}

/** Of what the act changes, as it was looked at: what somebody else changes meanwhile is not changed. */
function revisionOf(act: ActuatorAct, { shares, mesh, ...seen }: Landscape): string | undefined {
  if ("workload" in act) return workloadOf({ ...seen, shares }, act.workload)?.revision;
  if (act.kind === "share") return shares[act.service]?.revision;
  const connected = mesh?.[act.service];
  return act.kind === "retries" ? connected?.routesRevision : connected?.revision;
}

/** What a decision that is to be undone left behind; null where none is. */
async function leftBy(undone: string | null, flight: ActParts["flight"]): Promise<Left | null> {
  return undone === null ? null : { decision: undone, state: (await flight.find(undone)).after };
}

/** @throws what the signal was aborted with */
function assertGoesOn(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}

/** @throws TaplineError `conflict` where the act was taken and things are not so */
function assertSo(act: ActuatorAct, after: ActState): void {
  if (!isSo(act, after))
    throw new TaplineError(
      "conflict",
      `the act was taken, and what is wanted is not so: ${JSON.stringify(after)}`,
      {
        remedy: "see who else sets it: one alone may",
      },
    );
}

function isSo(act: ActuatorAct, after: ActState): boolean {
  if (act.kind === "scale") return after.replicas === act.replicas;
  if (act.kind === "share") return after.greenPercent === act.greenPercent;
  return !isMeshAct(act) || settingsOf(act).every((name) => after[name] === act[name as keyof MeshAct]);
}
