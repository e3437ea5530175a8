import { randomUUID } from "node:crypto";
import type {
  NoopsLease,
  NoopsLog,
  NoopsRulesDesk,
  ReleasedNoopsRules,
} from "@tapline/adapters/prisma/noops";
import type { Decision, DecisionState, NoopsRules } from "@tapline/core/noops";
import type { Logger } from "pino";
import { Coordinator, type CoordinatorParts, type Holding } from "../noops/coordinator.ts";
import { EvidenceGatherer, type EvidenceSources } from "../noops/gather-evidence.ts";
import { HaltOnKill } from "../noops/halt-on-kill.ts";
import { type Role, repeat, Wake } from "./role.ts";

export type NoopsParts = EvidenceSources &
  Omit<CoordinatorParts, "log" | "onDecision" | "flight" | "halting"> & {
    readonly flight: CoordinatorParts["flight"] & Pick<NoopsLog, "prune">;
    readonly lease: Pick<NoopsLease, "take" | "resign">;
    readonly rules: Pick<NoopsRulesDesk, "activeOrFirst">;
    readonly firstRules: NoopsRules;
    /** Name of this process, for people who ask which one decides. */
    readonly instance: string;
    readonly log: Pick<Logger, "info" | "warn" | "error">;
  };

export type RunningNoops = Role & {
  /** Whether this process decides. */
  readonly leads: () => boolean;
  /** Decisions of this process since its start, by their state when they were made or ended. */
  readonly counts: () => ReadonlyMap<DecisionState, number>;
  /** Number of the lease, for who else may act only while this process decides; null while another one does. */
  readonly fence: () => number | null;
};

/** How long the lease holds without being kept, ms. */
export const noopsLeaseMs = 5_000;
const everyMs = 1_000;
/** So soon one of the others has a lease that was given up: what is under way, as a way back, waits for it. */
const standByMs = 250;
const pruneEveryMs = 3_600_000;

/**
 * NoOps: decides by rules once a second, and at once where something that runs has changed. Any number may run; the one that holds
 * the lease decides and acts.
 */
export function startNoops(parts: NoopsParts): RunningNoops {
  const { lease, log, actuator, instance } = parts;
  // No other process, nor another life of this one, has the same, nor has this one once it has lost the lease.
  const newName = (): string => `${instance} (${randomUUID().slice(0, 8)})`;
  let holder = newName();
  const counts = new Map<DecisionState, number>();
  const onDecision = ({ state }: Decision): void => void counts.set(state, (counts.get(state) ?? 0) + 1);
  const halting = new HaltOnKill(actuator, log);
  const wake = new Wake();
  let fence: number | null = null;
  /** From then on, by this process's own clock, another one may hold the lease: nobody could be asked. */
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let coordinator: Coordinator | null = null;
  let prunedAtMs = Number.NEGATIVE_INFINITY;

  const keep = async (): Promise<boolean> => {
    const askedAtMs = performance.now();
    const number = await lease.take(holder);
    heldUntilMs = askedAtMs + noopsLeaseMs;
    const isSame = number !== null && number === fence;
    fence = number;
    if (number === null) holder = newName();
    if (!isSame) coordinator = null;
    return isSame;
  };
  const begin = async (released: ReleasedNoopsRules, number: number): Promise<Coordinator> => {
    const ended = coordinator?.end(number);
    // Where what it counted cannot be written that is told, and holds the new rules back for this one time alone.
    coordinator = null;
    await ended;
    return await openCoordinator({ ...parts, onDecision, halting }, released);
  };
  const decide = async (number: number): Promise<void> => {
    const released = await parts.rules.activeOrFirst(parts.firstRules);
    if (coordinator?.version !== released.version) coordinator = await begin(released, number);
    const holding: Holding = { fence: number, keep };
    await coordinator.round(holding);
    if (performance.now() - prunedAtMs < pruneEveryMs) return;
    prunedAtMs = performance.now();
    await parts.flight.prune();
  };
  const loop = repeat(
    async () => {
      await keep();
      if (fence === null) return standByMs;
      await decide(fence);
      await wake.next(everyMs);
      return 0;
    },
    (error) => log.error({ err: error }, "NoOps could not decide; nothing is changed, and it tries again"),
    everyMs,
  );
  const unwatch = actuator?.watch(
    () => wake.wake(),
    (error) => log.warn({ err: error }, "what runs the services does not tell of changes now"),
  );
  const heldFence = (): number | null => (performance.now() < heldUntilMs ? fence : null);
  return {
    leads: () => heldFence() !== null,
    fence: heldFence,
    counts: () => counts,
    stop: async () => {
      unwatch?.();
      const stopped = loop.stop();
      wake.wake();
      await stopped;
      if (fence !== null) await coordinator?.end(fence).catch(() => undefined);
      fence = null;
      await lease.resign(holder).catch(() => undefined);
    },
  };
}

async function openCoordinator(
  parts: NoopsParts & Parameters<typeof Coordinator.begin>[0],
  released: ReleasedNoopsRules,
): Promise<Coordinator> {
  const gatherer = new EvidenceGatherer(parts, released.rules);
  return await Coordinator.begin(parts, released, gatherer, await parts.telemetryStream.now());
}
