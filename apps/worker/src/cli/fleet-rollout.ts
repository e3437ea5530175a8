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
import type { Command } from "commander";
import { type ActingOptions, actOf, addActing } from "./acting.ts";
import { fleetCommand, tellEffect, withFleet } from "./fleet-command.ts";
import { durationMs, wholeNumber } from "./parse-options.ts";

interface StartOptions extends ActingOptions {
  readonly config?: string;
  readonly version?: string;
  readonly rings?: string;
}

interface HealthOptions {
  readonly silentFor: string;
  readonly outboxAge: string;
}

interface StepOptions extends ActingOptions {
  readonly kind?: string;
}

/** `tapline fleet rollout start|advance|halt|resume|abort|status`: changes on their way through the rings. */
export function addFleetRollout(program: Command): void {
  const rollout = fleetCommand(program)
    .command("rollout")
    .description("changes on their way through the rings");
  addActing(
    rollout
      .command("start")
      .description("give a revision of the settings, or name a version, to the first ring")
      .option("--config <revision>", "the revision; 0 = no settings from the server")
      .option("--version <version>", "the version that agents should run")
      .option(
        "--rings <list>",
        "steps, as in 0,1,2, each to all rings up to its number (default: rings with agents)",
      ),
  ).action(start);
  const advance = rollout
    .command("advance")
    .description("one ring further; behind the last one it holds for all");
  addHealth(addKind(addActing(advance)))
    .option("--force", "even where a reached ring is not healthy")
    .action(advanceRing);
  const steps = {
    halt: "nobody more gets it; who has it keeps it",
    resume: "go on after a halt",
    abort: "everybody goes back to what was before",
  } as const;
  for (const step of ["halt", "resume", "abort"] as const)
    addKind(addActing(rollout.command(step).description(steps[step]))).action(
      async (options: StepOptions) => {
        const act = actOf(options);
        const effect = await withFleet(async (store, desk) =>
          desk[step](kindOf(options, await store.state()), act),
        );
        tellEffect(effect, act.dryRun);
      },
    );
  addHealth(rollout.command("status").description("how each change stands in each ring"))
    .option("--json", "as JSON")
    .action(status);
}

function addKind(command: Command): Command {
  return command.option("--kind <kind>", `${rolloutKinds.join(" or ")} (default: the one under way)`);
}

function addHealth(command: Command): Command {
  return command
    .option("--silent-for <span>", "an agent not heard of for so long is silent", "10m")
    .option("--outbox-age <span>", "a tap may wait so long in an outbox", "10m");
}

async function start(options: StartOptions): Promise<void> {
  const act = actOf(options);
  const [kind, target] = targetOf(options);
  const rings = options.rings?.split(",").map((ring) => wholeNumber(ring.trim(), "--rings")) ?? null;
  tellEffect(await withFleet((_, desk) => desk.start(kind, target, rings, act)), act.dryRun);
  if (kind === "version") process.stdout.write(`${versionNote}\n`);
}

const versionNote =
  "The version is named to agents, not installed by the server: those with --upgrade-from take it within ten minutes, the others wait for your hand (docs/agent.md); status shows who runs it.";

function targetOf({ config, version }: StartOptions): [RolloutKind, string] {
  if ((config === undefined) === (version === undefined))
    throw new TaplineError("invalid-input", "either --config or --version is needed");
  if (config !== undefined) return ["config", String(wholeNumber(config, "--config"))];
  return ["version", checkedVersion(version ?? "")];
}

/** @throws TaplineError `invalid-input` */
export function checkedVersion(text: string): string {
  const parsed = agentVersionSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new TaplineError("invalid-input", `"${text}" ${parsed.error.issues[0]?.message ?? "is no version"}`);
}

async function advanceRing(
  options: StepOptions & HealthOptions & { readonly force?: boolean },
): Promise<void> {
  const act = actOf(options);
  const effect = await withFleet(async (store, desk) => {
    const kind = kindOf(options, await store.state());
    return await desk.advance(kind, options.force === true, await limitsOf(options, store), act);
  });
  tellEffect(effect, act.dryRun);
}

/** An agent that may report every hour is not silent after ten minutes. */
async function limitsOf(options: HealthOptions, store: FleetStore): Promise<HealthLimits> {
  const { settings } = await store.plan();
  const slowestMs = Math.max(0, ...[...settings.values()].map(({ reportEveryMs }) => reportEveryMs ?? 0));
  return {
    silentAfterMs: Math.max(durationMs(options.silentFor), 3 * slowestMs),
    maxOutboxAgeMs: durationMs(options.outboxAge),
  };
}

function kindOf({ kind }: StepOptions, state: FleetState): RolloutKind {
  const known = rolloutKinds.find((one) => one === kind);
  if (kind !== undefined && known === undefined)
    throw new TaplineError("invalid-input", `--kind is ${rolloutKinds.join(" or ")}, not "${kind}"`);
  const [one, other] = rolloutKinds.filter((each) => state[each].rollout !== null);
  if (known !== undefined) return known;
  if (one === undefined) throw new TaplineError("conflict", "no roll-out is under way");
  if (other === undefined) return one;
  throw new TaplineError("conflict", "two roll-outs are under way", {
    remedy: `name one: --kind ${rolloutKinds.join(" or ")}`,
  });
}

async function status(options: HealthOptions & { readonly json?: boolean }): Promise<void> {
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
