import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Deed } from "@tapline/core/audit";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import {
  abortRollout,
  advanceRollout,
  effectOf,
  type FleetAgent,
  type FleetEffect,
  type FleetState,
  type HealthLimits,
  haltRollout,
  type RolloutKind,
  resumeRollout,
  ringHealth,
  startRollout,
  type Track,
} from "@tapline/core/rollout";
import type { AgentSettings } from "@tapline/core/tap";
import { recordAct } from "../acts.ts";
import { fleetMarkFact, readFleetAgents, readFleetState } from "../fleet-rows.ts";
import type { Prisma, PrismaClient } from "../generated/client.ts";
import { assertSeen, type SeenRollout } from "./seen-rollout.ts";

const reachRingSql = readFileSync(new URL("./reach-ring.sql", import.meta.url), "utf8");

/** Who acts, when and why; `dryRun` tells the effect and changes nothing. */
export type FleetAct = {
  readonly actor: Actor;
  readonly reason: string;
  readonly atEpochMs: number;
  readonly dryRun: boolean;
  /** The trace of the request by which it was asked for. */
  readonly traceId?: string | null;
  /** The roll-out as the actor saw it: where somebody has moved it on since, the step is refused. */
  readonly seen?: SeenRollout | undefined;
};

type Fleet = { readonly state: FleetState; readonly agents: readonly FleetAgent[] };
type Tx = Prisma.TransactionClient;

/** Longest that one step may take, ms: it reads the whole fleet twice. */
const stepTimeoutMs = 30_000;

/** What people do to the fleet. Each step is one transaction with its audit entry, one after the other. */
export class FleetDesk {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Makes a revision of the settings; nobody gets it yet. @returns its number */
  async makeRevision(settings: AgentSettings, act: FleetAct): Promise<number> {
    let made = 0;
    await this.#step(act, async (tx) => {
      const last = await tx.configRevision.aggregate({ _max: { revision: true } });
      made = (last._max.revision ?? 0) + 1;
      await tx.configRevision.create({
        data: {
          ...{ revision: made, settings, madeBy: act.actor.id, reason: act.reason },
          madeAt: new Date(act.atEpochMs),
        },
      });
      return said("fleet.config-made", `config/${made}`, { settings: JSON.stringify(settings) });
    });
    return made;
  }

  /** Begins a roll-out at its first ring. @param rings null = those that agents are in */
  async start(
    kind: RolloutKind,
    target: string,
    rings: readonly number[] | null,
    act: FleetAct,
  ): Promise<FleetEffect> {
    return await this.#step(act, async (tx, { state, agents }) => {
      if (kind === "config") await assertRevision(tx, Number(target));
      const known = agents.filter((agent) => agent.revokedAtEpochMs === null).map((agent) => agent.ring);
      const wanted = rings ?? (known.length === 0 ? [1] : known);
      const track = startRollout(textTrack(state, kind), target, wanted, 0);
      const begun = track.rollout;
      if (begun === null) throw new TaplineError("conflict", "the roll-out has not begun");
      const { id } = await tx.rollout.create({
        data: { kind, target, base: begun.base, rings: [...begun.rings], startedAt: new Date(act.atEpochMs) },
      });
      await tx.$executeRawUnsafe(reachRingSql, -1, begun.rings[0] ?? 0);
      return said("fleet.rollout-started", `rollout/${id}`, { kind, target, rings: begun.rings.join(",") });
    });
  }

  /** One ring further, or to the end. @throws TaplineError `conflict` while a reached ring is not healthy */
  async advance(
    kind: RolloutKind,
    force: boolean,
    limits: HealthLimits,
    act: FleetAct,
  ): Promise<FleetEffect> {
    return await this.#step(act, async (tx, { state, agents }) => {
      const track = textTrack(state, kind);
      await assertSeen(tx, track, act.seen);
      const target = track.rollout?.target ?? "";
      const health = ringHealth<number | string | null>(
        kind,
        kind === "config" ? state.config : state.version,
        ...([agents, limits, act.atEpochMs] as const),
      );
      const { rollout: next } = advanceRollout(track, health, force);
      const id = track.rollout?.id ?? 0;
      const facts = { kind, target, force };
      if (next === null) {
        await end(tx, id, "done", act);
        return said("fleet.rollout-finished", `rollout/${id}`, facts, changed(track, { state: "done" }));
      }
      const ring = next.rings[next.reached] ?? 0;
      await tx.rollout.update({ where: { id }, data: { reached: next.reached } });
      await tx.$executeRawUnsafe(reachRingSql, next.rings[next.reached - 1] ?? -1, ring);
      const step = changed(track, { reached: next.reached });
      return said("fleet.rollout-advanced", `rollout/${id}`, { ...facts, ring }, step);
    });
  }

  /** Nobody more gets the target. */
  async halt(kind: RolloutKind, act: FleetAct): Promise<FleetEffect> {
    return await this.#move(kind, act, haltRollout, "fleet.rollout-halted");
  }

  async resume(kind: RolloutKind, act: FleetAct): Promise<FleetEffect> {
    return await this.#move(kind, act, resumeRollout, "fleet.rollout-resumed");
  }

  /** Back to the base for everybody. */
  async abort(kind: RolloutKind, act: FleetAct): Promise<FleetEffect> {
    return await this.#move(kind, act, abortRollout, "fleet.rollout-aborted");
  }

  /** Keeps an agent at a revision or a version, or both; what is not named keeps its pin. */
  async pin(
    agent: string,
    pins: { readonly revision?: number; readonly version?: string },
    act: FleetAct,
  ): Promise<FleetEffect> {
    return await this.#step(act, async (tx) => {
      if (pins.revision !== undefined) await assertRevision(tx, pins.revision);
      const change = await updateAgent(tx, agent, {
        ...(pins.revision === undefined ? {} : { pinnedRevision: pins.revision }),
        ...(pins.version === undefined ? {} : { pinnedVersion: pins.version }),
      });
      return said("fleet.pinned", `agent/${agent}`, {}, change);
    });
  }

  async unpin(agent: string, act: FleetAct): Promise<FleetEffect> {
    return await this.#step(act, async (tx) => {
      const change = await updateAgent(tx, agent, { pinnedRevision: null, pinnedVersion: null });
      return said("fleet.unpinned", `agent/${agent}`, {}, change);
    });
  }

  async setRing(agent: string, ring: number, act: FleetAct): Promise<FleetEffect> {
    return await this.#step(act, async (tx) => {
      return said("fleet.ring-set", `agent/${agent}`, {}, await updateAgent(tx, agent, { ring }));
    });
  }

  async #move(
    kind: RolloutKind,
    act: FleetAct,
    step: (track: Track<string>) => Track<string>,
    action: Deed["action"],
  ): Promise<FleetEffect> {
    return await this.#step(act, async (tx, { state }) => {
      const track = textTrack(state, kind);
      await assertSeen(tx, track, act.seen);
      const next = step(track).rollout;
      const id = track.rollout?.id ?? 0;
      if (next === null) await end(tx, id, "aborted", act);
      else await tx.rollout.update({ where: { id }, data: { state: next.state } });
      const facts = { kind, target: track.rollout?.target ?? "" };
      return said(action, `rollout/${id}`, facts, changed(track, { state: next?.state ?? "aborted" }));
    });
  }

  /** @returns who is told what else by it */
  async #step(act: FleetAct, change: (tx: Tx, fleet: Fleet) => Promise<Deed>): Promise<FleetEffect> {
    if (act.reason.trim() === "") throw new TaplineError("invalid-input", "a reason is needed");
    const run = async (tx: Tx): Promise<FleetEffect> => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('tapline.fleet', 0))`;
      const before = { state: await readFleetState(tx), agents: await readFleetAgents(tx) };
      const deed = await change(tx, before);
      const after = { state: await readFleetState(tx), agents: await readFleetAgents(tx) };
      const effect = effectOf(before, after);
      if (act.dryRun) throw new DryRun(effect);
      await recordAct(tx, act, deed, act.atEpochMs);
      const fact = { name: fleetMarkFact, value: randomUUID() };
      await tx.installationFact.upsert({ where: { name: fact.name }, create: fact, update: fact });
      return effect;
    };
    try {
      return await this.#prisma.$transaction(run, { timeout: stepTimeoutMs });
    } catch (error) {
      if (error instanceof DryRun) return error.effect;
      throw error;
    }
  }
}

/** Rolls a step back that was only to be shown. */
class DryRun extends Error {
  readonly effect: FleetEffect;

  constructor(effect: FleetEffect) {
    super("dry run");
    this.effect = effect;
  }
}

/** A track in the form of its rows, whichever kind it is. */
function textTrack(state: FleetState, kind: RolloutKind): Track<string> {
  const { standing, rollout }: Track<number | string | null> =
    kind === "config" ? state.config : state.version;
  const text = (value: number | string | null): string => (value === null ? "" : String(value));
  if (rollout === null) return { standing: text(standing), rollout };
  const { target, base } = rollout;
  return { standing: text(standing), rollout: { ...rollout, target: text(target), base: text(base) } };
}

async function end(tx: Tx, id: number, state: "done" | "aborted", act: FleetAct): Promise<void> {
  await tx.rollout.update({ where: { id }, data: { state, endedAt: new Date(act.atEpochMs) } });
}

async function assertRevision(tx: Tx, revision: number): Promise<void> {
  if (revision === 0 || (await tx.configRevision.count({ where: { revision } })) > 0) return;
  throw new TaplineError("not-found", `there is no config revision ${revision}`, {
    remedy: "tapline fleet config ls names them",
  });
}

type Steered = { ring?: number; pinnedRevision?: number | null; pinnedVersion?: string | null };

/** @returns what was changed. @throws TaplineError `not-found` */
async function updateAgent(tx: Tx, id: string, after: Steered): Promise<Pick<Deed, "before" | "after">> {
  const before = await tx.agent.findUnique({
    where: { id },
    select: { ring: true, pinnedRevision: true, pinnedVersion: true },
  });
  if (before === null)
    throw new TaplineError("not-found", `there is no agent ${id}`, { remedy: "tapline fleet ls names them" });
  await tx.agent.update({ where: { id }, data: after });
  return { before: among(before, after), after };
}

/** What a step changes of a roll-out. */
function changed(
  { rollout }: Track<string>,
  after: { readonly state?: string; readonly reached?: number },
): Pick<Deed, "before" | "after"> {
  const { state, reached } = rollout ?? { state: "", reached: 0 };
  return { before: among({ state, reached }, after), after };
}

/** Those of `all` that `some` has, too. */
function among<Value>(all: Readonly<Record<string, Value>>, some: object): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in some));
}

function said(
  action: Deed["action"],
  subject: string,
  facts: Deed["facts"],
  change: Pick<Deed, "before" | "after"> = {},
): Deed {
  return { action, subject, facts, ...change };
}
