import { otherColour } from "@tapline/core/kernel";
import {
  type ActuatorAct,
  actRefused,
  isMeshAct,
  type ReleaseSpec,
  type WorkloadName,
  workloadText,
} from "@tapline/core/noops";
import { bases } from "./bases.ts";
import { findWanted, ownColour, shareOf, type Wanted, type WantedWorkload } from "./wanted.ts";

/** More processes of one service than one machine is any use with. */
export const mostReplicasHere = 32;

/** What a change depends on beside what is wanted. */
export type Standing = Readonly<{
  /** Ready replicas of a workload. */
  ready: (workload: WorkloadName) => number;
  /** Null where a release can be run here, else why not. */
  cannotRun: (release: ReleaseSpec) => string | null;
}>;

type Terms = Readonly<{ fence: number | null; revision?: string | undefined }>;

/** What is wanted after an act that changes it, with the revision of what it changed. Throws a refusal (`refusalOf`). */
export function changeWanted(
  wanted: Wanted,
  act: Exclude<ActuatorAct, { kind: "replace" }>,
  terms: Terms,
  standing: Standing,
): { wanted: Wanted; revision: string } {
  const fenced = passFence(wanted, terms.fence);
  const changes = wanted.changes + 1;
  const after = { ...fenced, changes };
  const revision = String(changes);
  if (act.kind === "bound" || isMeshAct(act))
    throw actRefused(
      "unsupported",
      `one machine has neither an autoscaler nor a mesh: ${act.kind} means nothing here`,
    );
  if (act.kind === "share") {
    const share = changeShare(wanted, act, terms, standing);
    return {
      wanted: { ...after, shares: { ...wanted.shares, [act.service]: { ...share, revision: changes } } },
      revision,
    };
  }
  const { workload } = act;
  const found = findWanted(wanted, workload);
  requireRevision(workloadText(workload), found?.revision ?? null, terms.revision);
  const changed =
    act.kind === "place"
      ? place(wanted, act, found, standing)
      : alter(wanted, act, found ?? retired(wanted, act), standing);
  const others = wanted.workloads.filter((other) => other !== found);
  const workloads =
    changed === null ? inShared(others, workload.service) : [...others, { ...changed, revision: changes }];
  return { wanted: { ...after, workloads }, revision };
}

/** @throws `fenced` where somebody with a newer lease has acted */
export function passFence(wanted: Wanted, fence: number | null): Wanted {
  if (fence === null) return wanted;
  if (fence < wanted.fence)
    throw actRefused(
      "fenced",
      `an act under lease ${fence}: the holder of lease ${wanted.fence} has acted since`,
      {
        remedy: "end; another process decides now",
      },
    );
  return { ...wanted, fence };
}

/** @throws `conflict` where what was seen stands no more */
export function requireRevision(what: string, now: number | null, seen: string | undefined): void {
  if (seen === undefined || seen === String(now)) return;
  throw actRefused("conflict", `${what} was changed meanwhile (revision ${now ?? "none"}, not ${seen})`, {
    remedy: "look again and decide anew",
  });
}

type PlaceAct = Extract<ActuatorAct, { kind: "place" }>;

function place(
  wanted: Wanted,
  { workload, release, replicas }: PlaceAct,
  found: WantedWorkload | undefined,
  standing: Standing,
): WantedWorkload {
  requireKnown(wanted, workload.service);
  requireFew(replicas);
  const cannot = standing.cannotRun(release);
  if (cannot !== null) throw actRefused("unknown", cannot);
  if (found?.release?.id === release.id) return { ...found, replicas };
  const share = shareOf(wanted, workload);
  if (found !== undefined && share !== null && share > 0)
    throw actRefused(
      "refused",
      `${workloadText(workload)} gets ${share} % of what comes; nothing may take its place`,
      {
        remedy: "place the release on the other colour, or shift the share away first",
      },
    );
  return { ...workload, release, replicas, life: 0, revision: 0 };
}

type AlteringAct = Extract<ActuatorAct, { kind: "scale" | "restart" | "retire" }>;

/**
 * What the installation itself brings is always there to be scaled up again, which is the way back from the first release that took its
 * place. It comes as a process of its own: the shared one would have to start anew with all that it serves, and longer than one service.
 */
function retired(wanted: Wanted, { kind, workload }: AlteringAct): WantedWorkload | undefined {
  const { service, colour } = workload;
  const isOfInstallation = wanted.workloads.some((other) => other.service === service);
  if (kind !== "scale" || colour !== ownColour || !isOfInstallation) return undefined;
  const back = { service, colour, release: null, replicas: 1, life: 0, revision: 0 };
  return isInShared(wanted, service) ? { ...back, isApart: true } : back;
}

/** What came back apart is in the shared process again, once the release that it came back from is gone. */
function inShared(workloads: readonly WantedWorkload[], service: string): readonly WantedWorkload[] {
  return workloads.map(({ isApart, ...kept }) =>
    isApart === true && kept.service !== service ? { ...kept, isApart } : kept,
  );
}

/** Whether a base process that is this service runs, of others. */
function isInShared({ workloads }: Wanted, service: string): boolean {
  const shared: readonly string[] =
    Object.values(bases).find((words: readonly string[]) => words.includes(service)) ?? [];
  return workloads.some(
    ({ release, isApart, ...other }) => release === null && !isApart && shared.includes(other.service),
  );
}

/** null: it is to be gone. */
function alter(
  wanted: Wanted,
  act: AlteringAct,
  found: WantedWorkload | undefined,
  standing: Standing,
): WantedWorkload | null {
  const name = workloadText(act.workload);
  if (found === undefined) throw actRefused("unknown", `nothing runs as ${name}`);
  if (act.kind === "scale") {
    requireFew(act.replicas);
    return { ...found, replicas: act.replicas };
  }
  if (act.kind === "restart") return { ...found, life: found.life + 1 };
  const share = shareOf(wanted, act.workload) ?? 0;
  if (share > 0)
    throw actRefused("refused", `${name} still gets ${share} % of what comes`, {
      remedy: "shift the share away first",
    });
  const other = { ...act.workload, colour: otherColour(act.workload.colour) };
  if (standing.ready(other) === 0)
    throw actRefused("refused", `nothing else is ready to serve ${act.workload.service}`, {
      remedy: `have ${workloadText(other)} ready first`,
    });
  return null;
}

function changeShare(
  wanted: Wanted,
  { service, greenPercent }: Extract<ActuatorAct, { kind: "share" }>,
  terms: Terms,
  standing: Standing,
): { greenPercent: number } {
  const share = wanted.shares[service];
  if (share === undefined) {
    requireKnown(wanted, service);
    throw actRefused(
      "unsupported",
      `${service} is not reached by connections: its share stands where segments are cut`,
    );
  }
  requireRevision(`the share of ${service}`, share.revision, terms.revision);
  for (const [colour, percent] of [
    ["green", greenPercent],
    ["blue", 100 - greenPercent],
  ] as const)
    if (percent > 0 && standing.ready({ service, colour }) === 0)
      throw actRefused(
        "refused",
        `no replica of ${service}/${colour} is ready for the ${percent} % it would get`,
      );
  return { greenPercent };
}

function requireKnown({ workloads }: Wanted, service: string): void {
  if (!workloads.some((workload) => workload.service === service))
    throw actRefused("unknown", `${service} is no service that workers here have`);
}

function requireFew(replicas: number): void {
  if (replicas > mostReplicasHere)
    throw actRefused(
      "unsupported",
      `${replicas} replicas are more than one machine is given (${mostReplicasHere})`,
    );
}
