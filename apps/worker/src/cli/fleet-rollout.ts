import type { FleetStore } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import {
  type FleetState,
  type HealthLimits,
  type RolloutKind,
  ringHealth,
  rolloutKinds,
} from "@tapline/core/rollout";
import { agentVersionSchema } from "@tapline/core/tap";
import { type ActingOptions, actOf } from "./acting.ts";
import { tellEffect, withFleet } from "./fleet-command.ts";

interface StartOptions extends ActingOptions {
  readonly config?: number;
  readonly version?: string;
  readonly rings?: readonly number[];
}

interface HealthOptions {
  readonly silentFor?: number;
  readonly outboxAge?: number;
}

interface StepOptions extends ActingOptions {
  readonly kind?: RolloutKind;
}

export async function takeStep(step: "halt" | "resume" | "abort", options: StepOptions): Promise<void> {
  const act = actOf(options);
  const effect = await withFleet(async (store, desk) =>
    desk[step](kindOf(options, await store.state()), act),
  );
  tellEffect(effect, act.dryRun);
}

export async function start(options: StartOptions): Promise<void> {
  const act = actOf(options);
  const [kind, target] = targetOf(options);
  const rings = options.rings ?? null;
  tellEffect(await withFleet((_, desk) => desk.start(kind, target, rings, act)), act.dryRun);
  if (kind === "version") process.stdout.write(`${versionNote}\n`);
}

const versionNote =
  "The version is named to agents, not installed by the server: those with --upgrade-from take it within ten minutes, the others wait for your hand (docs/agent.md); status shows who runs it.";

function targetOf({ config, version }: StartOptions): [RolloutKind, string] {
  if ((config === undefined) === (version === undefined))
    throw new TaplineError("invalid-input", "either --config or --version is needed");
  if (config !== undefined) return ["config", String(config)];
  return ["version", checkedVersion(version ?? "")];
}

/** @throws TaplineError `invalid-input` */
export function checkedVersion(text: string): string {
  const parsed = agentVersionSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new TaplineError("invalid-input", `"${text}" ${parsed.error.issues[0]?.message ?? "is no version"}`);
}

export async function advanceRing(
  options: StepOptions & HealthOptions & { readonly force?: boolean },
): Promise<void> {
  const act = actOf(options);
  const effect = await withFleet(async (store, desk) => {
    const kind = kindOf(options, await store.state());
    return await desk.advance(kind, options.force === true, await limitsOf(options, store), act);
  });
  tellEffect(effect, act.dryRun);
}

/** How long an agent may be silent, or a tap wait in an outbox, before its ring is not healthy. */
const usualPatienceMs = 10 * 60_000;

/** An agent that may report every hour is not silent after ten minutes. */
async function limitsOf(options: HealthOptions, store: FleetStore): Promise<HealthLimits> {
  const { settings } = await store.plan();
  const slowestMs = Math.max(0, ...[...settings.values()].map(({ reportEveryMs }) => reportEveryMs ?? 0));
  return {
    silentAfterMs: Math.max(options.silentFor ?? usualPatienceMs, 3 * slowestMs),
    maxOutboxAgeMs: options.outboxAge ?? usualPatienceMs,
  };
}

function kindOf({ kind }: StepOptions, state: FleetState): RolloutKind {
  const [one, other] = rolloutKinds.filter((each) => state[each].rollout !== null);
  if (kind !== undefined) return kind;
  if (one === undefined) throw new TaplineError("conflict", "no roll-out is under way");
  if (other === undefined) return one;
  throw new TaplineError("conflict", "two roll-outs are under way", {
    remedy: `name one: --kind ${rolloutKinds.join(" or ")}`,
  });
}

export async function status(options: HealthOptions & { readonly json?: boolean }): Promise<void> {
  const nowEpochMs = Date.now();
  const tracks = await withFleet(async (store) => {
    const [state, agents, limits] = [
      await store.state(),
      await store.agents(),
      await limitsOf(options, store),
    ];
    return rolloutKinds.map((kind) => ({
      kind,
      ...state[kind],
      rings: ringHealth<number | string | null>(kind, state[kind], agents, limits, nowEpochMs),
    }));
  });
  if (options.json === true) process.stdout.write(`${JSON.stringify(tracks)}\n`);
  else for (const track of tracks) process.stdout.write(`${trackText(track)}\n`);
}

type TrackStatus = {
  readonly kind: RolloutKind;
  readonly standing: number | string | null;
  readonly rollout: FleetState[RolloutKind]["rollout"];
  readonly rings: ReturnType<typeof ringHealth>;
};

function trackText({ kind, standing, rollout, rings }: TrackStatus): string {
  const what = (value: number | string | null) => (value === null ? "any" : String(value));
  const head =
    rollout === null
      ? `${kind}: ${what(standing)} holds for all, nothing under way`
      : `${kind}: roll-out ${rollout.id} ${rollout.state}, ${what(rollout.base)} → ${what(rollout.target)}`;
  const lines = rings.map(({ ring, reached, agents, done, pinned, troubled }) => {
    const counts = Map.groupBy(troubled, ({ trouble }) => trouble);
    const sick = [...counts].map(([trouble, list]) => `${list.length} ${trouble} (${list[0]?.agent}…)`);
    const free = agents - pinned;
    return `  ring ${ring}${reached ? "" : " (not reached)"}: ${done} of ${free} have it, ${pinned} pinned${
      sick.length === 0 ? "" : `; ${sick.join(", ")}`
    }`;
  });
  return [head, ...lines, ...(kind === "version" && rollout !== null ? [`  ${versionNote}`] : [])].join("\n");
}
