import type { FleetTrack } from "@tapline/adapters/prisma/fleet";
import { TaplineError } from "@tapline/core/kernel";
import { type FleetState, type Patience, type RolloutKind, rolloutKinds } from "@tapline/core/rollout";
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
    return await desk.advance(kind, options.force === true, await store.limits(patienceOf(options)), act);
  });
  tellEffect(effect, act.dryRun);
}

const patienceOf = ({ silentFor, outboxAge }: HealthOptions): Patience => ({
  ...{ silentForMs: silentFor, outboxAgeMs: outboxAge },
});

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
  const tracks = await withFleet((store) => store.tracks(Date.now(), patienceOf(options)));
  if (options.json === true) process.stdout.write(`${JSON.stringify(tracks)}\n`);
  else for (const track of tracks) process.stdout.write(`${trackText(track)}\n`);
}

function trackText({ kind, standing, rollout, rings }: FleetTrack): string {
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
