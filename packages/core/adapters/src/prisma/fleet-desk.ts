import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AuditEntry } from "@tapline/core/audit";
import { type Actor, TaplineError, uuidV7 } from "@tapline/core/kernel";
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
import { auditRow } from "./audit-row.ts";
import { fleetMarkFact, readFleetAgents, readFleetState } from "./fleet-rows.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";

const reachRingSql = readFileSync(new URL("./reach-ring.sql", import.meta.url), "utf8");

/** Who acts, when and why; `dryRun` tells the effect and changes nothing. */
export type FleetAct = {
  readonly actor: Actor;
  readonly reason: string;
  readonly atEpochMs: number;
  readonly dryRun: boolean;
};

type Fleet = { readonly state: FleetState; readonly agents: readonly FleetAgent[] };
type Said = Pick<AuditEntry, "action" | "subject" | "facts">;
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
        return said("fleet.rollout-finished", `rollout/${id}`, facts);
      }
      const ring = next.rings[next.reached] ?? 0;
      await tx.rollout.update({ where: { id }, data: { reached: next.reached } });
      await tx.$executeRawUnsafe(reachRingSql, next.rings[next.reached - 1] ?? -1, ring);
      return said("fleet.rollout-advanced", `rollout/${id}`, { ...facts, ring });
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
      await updateAgent(tx, agent, {
        ...(pins.revision === undefined ? {} : { pinnedRevision: pins.revision }),
        ...(pins.version === undefined ? {} : { pinnedVersion: pins.version }),
      });
      return said("fleet.pinned", `agent/${agent}`, pins);
    });
  }

  async unpin(agent: string, act: FleetAct): Promise<FleetEffect> {
    return await this.#step(act, async (tx) => {
      await updateAgent(tx, agent, { pinnedRevision: null, pinnedVersion: null });
      return said("fleet.unpinned", `agent/${agent}`, {});
    });
  }

  async setRing(agent: string, ring: number, act: FleetAct): Promise<FleetEffect> {
    return await this.#step(act, async (tx) => {
      await updateAgent(tx, agent, { ring });
      return said("fleet.ring-set", `agent/${agent}`, { ring });
    });
  }

  async #move(
    kind: RolloutKind,
    act: FleetAct,
    step: (track: Track<string>) => Track<string>,
    action: AuditEntry["action"],
  ): Promise<FleetEffect> {
    return await this.#step(act, async (tx, { state }) => {
      const track = textTrack(state, kind);
      const next = step(track).rollout;
      const id = track.rollout?.id ?? 0;
      if (next === null) await end(tx, id, "aborted", act);
      else await tx.rollout.update({ where: { id }, data: { state: next.state } });
      return said(action, `rollout/${id}`, { kind, target: track.rollout?.target ?? "" });
    });
  }

  /** @returns who is told what else by it */
  async #step(act: FleetAct, change: (tx: Tx, fleet: Fleet) => Promise<Said>): Promise<FleetEffect> {
    if (act.reason.trim() === "") throw new TaplineError("invalid-input", "a reason is needed");
    const run = async (tx: Tx): Promise<FleetEffect> => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('tapline.fleet', 0))`;
      const before = { state: await readFleetState(tx), agents: await readFleetAgents(tx) };
      const entry = entryOf(act, await change(tx, before));
      const after = { state: await readFleetState(tx), agents: await readFleetAgents(tx) };
      const effect = effectOf(before, after);
      if (act.dryRun) throw new DryRun(effect);
      await tx.auditEntry.create({ data: auditRow(entry) });
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

async function updateAgent(tx: Tx, id: string, data: Prisma.AgentUpdateManyMutationInput): Promise<void> {
  if ((await tx.agent.updateMany({ where: { id }, data })).count > 0) return;
  throw new TaplineError("not-found", `there is no agent ${id}`, { remedy: "tapline fleet ls names them" });
}

function said(action: Said["action"], subject: string, facts: Said["facts"]): Said {
  return { action, subject, facts };
}

function entryOf({ actor, reason, atEpochMs }: FleetAct, what: Said): AuditEntry {
  return { version: 1, id: uuidV7(atEpochMs, randomBytes), atEpochMs, actor, reason, ...what };
}
