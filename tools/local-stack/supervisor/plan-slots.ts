import { createHash } from "node:crypto";
import type { Colour } from "@tapline/core/kernel";
import type { ReleaseSpec } from "@tapline/core/noops";
import { baseNames, bases } from "./bases.ts";
import type { Wanted, WantedWorkload } from "./wanted.ts";

/** A process that there should be. */
export type SlotPlan = Readonly<{
  name: string;
  services: readonly string[];
  colour: Colour;
  /** null: the installation's own program and settings. */
  release: ReleaseSpec | null;
  /** Whatever is the same here may be the same process. */
  form: string;
}>;

/** The processes that make up what is wanted: the base ones, each for all that is its own, and one for each replica beyond. */
export function planSlots({ workloads }: Wanted): SlotPlan[] {
  const own = workloads.filter(({ release, isApart }) => release === null && isApart !== true);
  return [
    ...baseNames.flatMap((name) => {
      const served = own.filter(({ service }) => (bases[name] as readonly string[]).includes(service));
      return served.length === 0 ? [] : [slot(name, inOrder(served, bases[name]))];
    }),
    ...workloads.flatMap(replicasBeyond),
  ];
}

function replicasBeyond(workload: WantedWorkload): SlotPlan[] {
  const { service, colour, release, replicas, isApart } = workload;
  if (release === null)
    return numbers(isApart ? 1 : 2, replicas).map((number) =>
      slot(`worker-${service}-${number}`, [workload]),
    );
  // Another release there is another process, so that both may stand while one takes over.
  const mark = createHash("sha256").update(release.id).digest("hex").slice(0, 6);
  return numbers(1, replicas).map((number) =>
    slot(`worker-${service}-${colour}-${mark}-${number}`, [workload]),
  );
}

function slot(name: string, workloads: readonly WantedWorkload[]): SlotPlan {
  const [first] = workloads;
  const services = workloads.map(({ service }) => service);
  const release = first?.release ?? null;
  const form = JSON.stringify([services, release?.id, workloads.map(({ life }) => life)]);
  return { name, services, colour: first?.colour ?? "blue", release, form };
}

function inOrder(workloads: readonly WantedWorkload[], order: readonly string[]): WantedWorkload[] {
  return workloads.toSorted((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
}

/** Whether two processes differ in nothing but that one was to be there anew. */
export function isSameButAnew(one: SlotPlan, other: SlotPlan): boolean {
  return one.release?.id === other.release?.id && one.services.join() === other.services.join();
}

const numbers = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
