import type { NoopsLog } from "@tapline/adapters/prisma";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import {
  type ActState,
  type Actuator,
  type ActuatorAct,
  type Decision,
  isHouseAct,
  type Landscape,
  setReplicas,
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
    const { signal, armedBy } = terms;
    return await actInHouse(act, { ...by, armedBy, signal, left }, parts.house);
  }
  const { actuator } = parts;
  if (actuator === null)
    throw new TaplineError("misconfigured", "nothing that runs the services may be asked to change them", {
      remedy: "set TAPLINE_ACTUATOR for the role noops",
    });
  const { fence, signal } = terms;
  const seen = await actuator.look(signal);
  const before = stateOf(act, seen);
  assertAsLeft(left, before);
  assertGoesOn(signal);
  const revision = "workload" in act ? workloadOf(seen, act.workload)?.revision : undefined;
  await actuator.act(act, { fence, revision, reason, signal });
  const after = stateOf(act, await actuator.look());
  assertSo(act, after);
  return { before, after };
}

/** What a decision that is to be undone left behind; null where none is. */
async function leftBy(undone: string | null, flight: ActParts["flight"]): Promise<Left | null> {
  return undone === null ? null : { decision: undone, state: (await flight.find(undone)).after };
}

/** @throws what the signal was aborted with */
function assertGoesOn(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}

/** What an act changes, as it stands. */
function stateOf(act: ActuatorAct, landscape: Landscape): ActState {
  if (act.kind === "share") return { greenPercent: landscape.shares[act.service]?.greenPercent ?? null };
  if (act.kind === "connections") return {};
  const workload = workloadOf(landscape, act.workload);
  if (workload === null) return { replicas: null };
  const ready = workload.replicas.filter(({ state }) => state === "ready").length;
  if (act.kind === "bound") return { min: workload.bounds?.min ?? null, max: workload.bounds?.max ?? null };
  if (act.kind !== "replace") return { replicas: setReplicas(workload), ready };
  const replica = workload.replicas.find(({ name }) => name === act.replica);
  return {
    replica: act.replica,
    state: replica?.state ?? null,
    startedAtEpochMs: replica?.startedAtEpochMs ?? null,
  };
}

/** @throws TaplineError `conflict` where the act was taken and things are not so */
function assertSo(act: ActuatorAct, after: ActState): void {
  const wanted =
    act.kind === "scale"
      ? after.replicas === act.replicas
      : act.kind !== "share" || after.greenPercent === act.greenPercent;
  if (!wanted)
    throw new TaplineError(
      "conflict",
      `the act was taken, and what is wanted is not so: ${JSON.stringify(after)}`,
      {
        remedy: "see who else sets it: one alone may",
      },
    );
}
