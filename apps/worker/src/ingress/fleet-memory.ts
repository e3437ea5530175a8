import type { FleetPlan, FleetStore, ToldReport } from "@tapline/adapters/prisma/fleet";
import { type AgentPlace, type AgentRuns, wantedOf } from "@tapline/core/rollout";
import type { Logger } from "pino";
import { type Role, repeat } from "../roles/role.ts";
import type { FleetPort } from "./fleet.ts";

export type FleetMemoryParts = {
  readonly store: Pick<FleetStore, "keepReports" | "mark" | "plan">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "info">;
};

/** Reports of this span become one statement; so long a change of the plan stays unseen at most. */
const beatMs = 1_000;
/** Agents that enrolment has put elsewhere are seen so late at most, beside what carries a mark. */
const rereadMs = 10_000;

/**
 * The fleet in the memory of a door: reports of a second leave in one statement, what is wanted of agents is read
 * again when it may have changed. While PostgreSQL is away the last plan stands and the latest reports wait.
 */
export function startFleetMemory({ store, clock, log }: FleetMemoryParts): FleetPort & Role {
  const waiting = new Map<string, ToldReport>();
  const runs = new Map<string, AgentRuns>();
  const callbacks: (() => void)[] = [];
  let plan: FleetPlan | null = null;
  let readAtEpochMs = Number.NEGATIVE_INFINITY;
  let away = false;

  const keep = async (): Promise<void> => {
    const batch = [...waiting.values()];
    waiting.clear();
    try {
      await store.keepReports(batch);
    } catch (error) {
      for (const told of batch) if (!waiting.has(told.agent)) waiting.set(told.agent, told);
      throw error;
    }
  };
  const reread = async (): Promise<void> => {
    const due = Math.abs(clock() - readAtEpochMs) >= rereadMs;
    if (plan !== null && !due && (await store.mark()) === plan.mark) return;
    const next = await store.plan();
    const changed = plan === null || !samePlan(plan, next);
    [plan, readAtEpochMs] = [next, clock()];
    if (changed) for (const callback of callbacks) callback();
  };
  const beating = repeat(
    async () => {
      // What is wanted is read also where what was told cannot be kept: nobody's report stands in the way of a roll-out.
      const kept = await keep().catch((error: unknown) => ({ error }));
      await reread();
      if (kept !== undefined) throw kept.error;
      if (away) log.info("the fleet is kept again");
      away = false;
      return beatMs;
    },
    (error) => {
      if (!away) log.warn({ err: error }, "the fleet cannot be kept; reports wait, the last plan stands");
      away = true;
    },
    beatMs,
  );
  return {
    report: (agent, report, seenAtEpochMs) => {
      waiting.set(agent, { agent, report, seenAtEpochMs });
      runs.set(agent, { configRevision: report.configRevision, version: report.version });
    },
    directiveOf: (agent) => {
      if (plan === null) return null;
      const wanted = wantedOf(plan.state, plan.places.get(agent) ?? stranger(agent), runs.get(agent) ?? null);
      const settings = wanted === null ? undefined : plan.settings.get(wanted.revision);
      return wanted === null || settings === undefined ? null : { ...wanted, settings };
    },
    onChange: (callback) => callbacks.push(callback),
    stop: async () => {
      await beating.stop();
      await keep().catch((error: unknown) => log.warn({ err: error }, "the last reports are lost"));
    },
  };
}

/** An agent gets its row with its first report. */
function stranger(id: string): AgentPlace {
  return { id, ring: 1, pinnedRevision: null, pinnedVersion: null };
}

function samePlan(one: FleetPlan, other: FleetPlan): boolean {
  if (one.mark !== other.mark || one.places.size !== other.places.size) return false;
  for (const [id, place] of one.places) if (other.places.get(id)?.ring !== place.ring) return false;
  return true;
}
