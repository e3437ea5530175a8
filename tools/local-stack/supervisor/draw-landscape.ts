import type { Landscape, Replica, Workload, WorkloadName } from "@tapline/core/noops";
import type { Lone } from "./lone.ts";
import type { Slot } from "./slot.ts";
import type { Wanted } from "./wanted.ts";

type Running = Readonly<{ slots: readonly Slot[]; leaving: readonly Slot[]; lone: readonly Lone[] }>;

/** What runs, as the port tells it. */
export function drawLandscape(wanted: Wanted, running: Running): Landscape {
  const names = wanted.workloads.map(({ service, colour }) => ({ service, colour }));
  const isNamed = ({ service, colour }: WorkloadName) =>
    names.some((name) => name.service === service && name.colour === colour);
  // What is no longer wanted is told until the last of it has ended.
  for (const { plan } of running.leaving)
    for (const service of plan.services)
      if (!isNamed({ service, colour: plan.colour })) names.push({ service, colour: plan.colour });
  return {
    atEpochMs: Date.now(),
    workloads: [...names.map((name) => workload(name, wanted, running)), ...running.lone.map(loneWorkload)],
    shares: Object.fromEntries(
      Object.entries(wanted.shares).map(([service, { greenPercent, revision }]) => [
        service,
        { greenPercent, revision: String(revision) },
      ]),
    ),
    ...(running.lone.length === 0 ? {} : { fixed: fixedOf(running.lone) }),
  };
}

function workload(name: WorkloadName, { workloads }: Wanted, { slots, leaving }: Running): Workload {
  const found = workloads.find(({ service, colour }) => service === name.service && colour === name.colour);
  const serves = ({ plan }: Slot) => plan.colour === name.colour && plan.services.includes(name.service);
  const release = found?.release?.id ?? null;
  return {
    ...name,
    release,
    wanted: found?.replicas ?? 0,
    bounds: null,
    replicas: [
      ...slots
        .filter(serves)
        .map((slot) =>
          replica(slot, slot.plan.name, found === undefined || slot.plan.release?.id !== found.release?.id),
        ),
      ...leaving.filter(serves).map((slot, i) => replica(slot, `${slot.plan.name}~${i + 1}`, false)),
    ],
    revision: found === undefined ? "none" : String(found.revision),
  };
}

/** @param isOld it is another release's, and goes once its successors are ready */
function replica(slot: Slot, name: string, isOld: boolean): Replica {
  const { startedAtEpochMs, restarts } = slot;
  const state = isOld ? "draining" : slot.state;
  return { name, state, startedAtEpochMs, restarts, services: [...slot.plan.services] };
}

function fixedOf(lone: Running["lone"]): Record<string, string> {
  const why = (service: string) =>
    `npm start runs ${service} as one process on one port; two releases of it stand side by side in a cluster alone`;
  return Object.fromEntries(lone.map(({ service }) => [service, why(service)]));
}

function loneWorkload({ service, standing }: Lone): Workload {
  const { state, startedAtEpochMs, restarts } = standing();
  return {
    ...{ service, colour: "blue", release: null, wanted: 1, bounds: null, revision: "0" },
    replicas: [{ name: service, state, startedAtEpochMs, restarts, services: [service] }],
  };
}
