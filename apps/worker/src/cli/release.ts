import { setTimeout as sleep } from "node:timers/promises";
import type { ReleaseDesk, ReleaseListing, ShiftListing } from "@tapline/adapters/prisma";
import { printable, TaplineError } from "@tapline/core/kernel";
import {
  defaultPlan,
  type ReleasedService,
  releaseContentSchema,
  releasedServiceSchema,
  releasedServices,
  type ShiftPlan,
  stepsBy,
  targetOf,
  wantedShare,
} from "@tapline/core/rollout";
import { openReleases } from "../wire/commands/releases.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { table } from "./columns.ts";
import { findStores } from "./find-stores.ts";
import { knownPeople, type NamesOf } from "./known-people.ts";
import { makerText, type Names, peopleAmong } from "./person.ts";

interface CreateOptions extends ActingOptions {
  readonly service: string;
  readonly of: string;
  readonly set: Readonly<Record<string, string>>;
  readonly rules?: number;
}

interface ShiftOptions extends ActingOptions {
  readonly steps?: readonly number[];
  readonly step?: number;
  readonly max?: number;
  readonly window?: number;
  readonly ready?: number;
  readonly evidence?: number;
  readonly keep?: number;
  readonly drain?: number;
}

type ListOptions = { readonly service?: string; readonly json?: boolean };

export async function list(options: ListOptions): Promise<void> {
  const services = options.service === undefined ? releasedServices : [serviceOf(options.service)];
  const { names, ...all } = await withDesk(async (desk, namesOf) => {
    const found = await standings(desk, services);
    return { ...found, names: await knownPeople(namesOf, peopleOf(found.releases, found.open)) };
  });
  if (options.json === true) return void process.stdout.write(`${JSON.stringify(all)}\n`);
  const runs = all.runs.map(({ service, release, colour }) => [service, nameOf(release), colour]);
  const text = [
    table(["service", "runs", "colour"], runs, ""),
    ...all.fixed.map(([service, why]) => `${service} keeps to one release here: ${why}`),
    ...all.open.map((one) => shiftText(one, names)),
    table(
      ["release", "service", "version", "rules", "made"],
      all.releases.map((one) => releaseCells(one, names)),
      "no release was made yet",
    ),
  ];
  process.stdout.write(`${printable(text.join("\n\n"))}\n`);
}

/** How services stand: what runs, what is on its way, what was made, and who keeps to one release. */
async function standings(desk: ReleaseDesk, services: readonly ReleasedService[]) {
  const [runs, open, releases, fixed] = await Promise.all([
    Promise.all(services.map(async (service) => ({ service, ...(await desk.standing(service)) }))),
    desk.open(),
    desk.releases(),
    desk.fixed(),
  ]);
  return {
    runs,
    open: open.filter(({ service }) => services.includes(service)),
    releases: releases.filter(({ service }) => services.includes(service)),
    fixed: Object.entries(fixed).filter(([service]) => services.some((one) => one === service)),
  };
}

/** The ids of people who made releases, or began shifts. */
const peopleOf = (releases: readonly ReleaseListing[], shifts: readonly ShiftListing[]): string[] =>
  peopleAmong([...releases.map(({ madeBy }) => madeBy), ...shifts.map(({ startedBy }) => startedBy)]);

export async function show(id: number, { json }: { readonly json?: boolean }): Promise<void> {
  const { release, shifts, names } = await withDesk(async (desk, namesOf) => {
    const found = await desk.release(id);
    const own = (await desk.shifts({ service: found.service, limit: 500 })).filter(
      ({ base, release: target }) => base === id || target === id,
    );
    return { release: found, shifts: own, names: await knownPeople(namesOf, peopleOf([found], own)) };
  });
  if (json === true) process.stdout.write(`${JSON.stringify({ release, shifts })}\n`);
  else {
    const told = { ...release, madeBy: makerText(release.madeBy, names) };
    const text = [JSON.stringify(told, null, 2), ...shifts.map((one) => shiftText(one, names))].join("\n\n");
    process.stdout.write(`${printable(text)}\n`);
  }
}

export async function create(options: CreateOptions): Promise<void> {
  const { service, of: version, set: config, rules = null } = options;
  const act = actOf(options);
  const content = releaseContentSchema.safeParse({ service, version, config, rules });
  if (!content.success)
    throw new TaplineError(
      "invalid-input",
      content.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  const made = await withDesk((desk) => desk.make(content.data, act));
  process.stdout.write(
    act.dryRun
      ? `release ${made.id} of ${service} would be made\n`
      : `release ${made.id} is made; \`tapline release shift ${made.id}\` leads ${service} to it\n`,
  );
}

export async function shift(id: number, options: ShiftOptions): Promise<void> {
  const act = actOf(options);
  const { says } = await withDesk((desk) => desk.shift(id, act, planOf(options)));
  process.stdout.write(`${act.dryRun ? "would begin" : "begun"}: ${says}\n`);
}

function planOf(options: ShiftOptions): ShiftPlan {
  const { steps, step, max } = options;
  if (steps !== undefined && (step !== undefined || max !== undefined))
    throw new TaplineError("invalid-input", "either --steps or --step and --max");
  const grown =
    step === undefined && max === undefined ? defaultPlan.steps : stepsBy(step ?? max ?? 100, max);
  return {
    steps: [...(steps ?? grown)],
    windowMs: options.window ?? defaultPlan.windowMs,
    readyWithinMs: options.ready ?? defaultPlan.readyWithinMs,
    evidenceWithinMs: options.evidence ?? defaultPlan.evidenceWithinMs,
    keepMs: options.keep ?? defaultPlan.keepMs,
    drainWithinMs: options.drain ?? defaultPlan.drainWithinMs,
    needsEvidence: true,
  };
}

const steering = { step: "advance", promote: "promote", rollback: "rollBack" } as const;

export async function steer(
  verb: keyof typeof steering,
  word: string,
  options: ActingOptions,
): Promise<void> {
  const act = actOf(options);
  const service = serviceOf(word);
  await withDesk(async (desk) => {
    const { shift: now, says } = await desk[steering[verb]](service, act);
    process.stdout.write(`${act.dryRun ? "would change" : "changed"}: ${service}: ${says}\n`);
    if (verb === "rollback" && !act.dryRun) await tellReturn(desk, now);
  });
}

const waitsMs = 15_000;
const lookEveryMs = 100;

/** Waits until everything goes to what ran before, which takes seconds at most where that is ready. */
async function tellReturn(
  desk: ReleaseDesk,
  { id, kind, startedAtEpochMs, changedAtEpochMs }: ShiftListing,
): Promise<void> {
  const sinceEpochMs = kind === "return" ? startedAtEpochMs : changedAtEpochMs;
  for (const endMs = performance.now() + waitsMs; performance.now() < endMs; await sleep(lookEveryMs)) {
    const [now] = await desk.shifts({ before: id + 1, limit: 1 });
    const { phase } = now?.state ?? { phase: "returning" };
    const isBack =
      kind === "return" ? /keeping|retiring|promoted/.test(phase) : /clearing|rolled-back/.test(phase);
    if (!isBack) continue;
    const tookS = (((now?.changedAtEpochMs ?? sinceEpochMs) - sinceEpochMs) / 1_000).toFixed(1);
    process.stdout.write(`everything goes to what ran before, after ${tookS} s\n`);
    return;
  }
  process.stdout.write(
    "it is not done yet: what ran before has to become ready, or no worker with the role noops runs; `tapline release ls` shows how it stands\n",
  );
}

function shiftText(one: ShiftListing, names: Names): string {
  const { id, service, base, release, stable, state, kind, endedAtEpochMs } = one;
  const way = `${nameOf(base)} (${stable}) → ${nameOf(release)} (${targetOf(one)})`;
  const lines = [
    `shift ${id} of ${service}${kind === "return" ? ", a way back" : ""}: ${way}`,
    `  ${state.phase}, ${endedAtEpochMs === null ? `share ${wantedShare(one)} %` : time(endedAtEpochMs)}: ${state.why}`,
    ...(state.held === null ? [] : [`  stands still: ${state.held}; go on by step, or rollback`]),
    ...(one.evidence === null ? [] : [`  evidence: ${one.evidence.verdict.is}, ${one.evidence.verdict.why}`]),
    `  by ${makerText(one.startedBy, names)}, ${time(one.startedAtEpochMs)}: ${one.reason}`,
  ];
  return lines.join("\n");
}

const nameOf = (id: number | null): string => (id === null ? "as installed" : `release ${id}`);
const time = (epochMs: number): string => new Date(epochMs).toISOString();

const releaseCells = ({ id, service, version, rules, ...made }: ReleaseListing, names: Names): string[] => [
  ...[String(id), service, version, rules === null ? "in force" : String(rules)],
  `${time(made.madeAtEpochMs)} ${makerText(made.madeBy, names)}: ${made.reason}`,
];

function serviceOf(word: string): ReleasedService {
  const service = releasedServiceSchema.safeParse(word);
  if (service.success) return service.data;
  throw new TaplineError("invalid-input", `${word} has no releases side by side`, {
    remedy: `those that have: ${releasedServices.join(", ")}`,
  });
}

async function withDesk<Result>(
  use: (desk: ReleaseDesk, namesOf: NamesOf) => Promise<Result>,
): Promise<Result> {
  const { desk, namesOf, close } = openReleases((await findStores()).databaseUrl);
  try {
    return await use(desk, namesOf);
  } finally {
    await close();
  }
}
