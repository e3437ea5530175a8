import type { KpiDefinition } from "./catalog/definition.ts";
import { fleetKpis } from "./catalog/fleet.ts";
import { latencyKpis } from "./catalog/latencies.ts";
import { objectiveKpis } from "./catalog/objective.ts";
import { partKpis } from "./catalog/parts.ts";
import { tapKpis } from "./catalog/taps.ts";

/** The chapters of the catalogue, by their headings. */
export const kpiChapters = {
  Taps: tapKpis,
  Latencies: latencyKpis,
  Parts: partKpis,
  Fleet: fleetKpis,
  Objective: objectiveKpis,
} as const;

const table = { ...tapKpis, ...latencyKpis, ...partKpis, ...fleetKpis, ...objectiveKpis };

/** The name of a KPI: `<thing>.<what>_<unit>`. */
export type KpiId = keyof typeof table;

/** Every KPI there is: what the console shows, rules watch and docs/kpis.md tells. */
export const kpiCatalog: Readonly<Record<KpiId, KpiDefinition>> = table;

export const kpiIds = Object.keys(table) as [KpiId, ...KpiId[]];
