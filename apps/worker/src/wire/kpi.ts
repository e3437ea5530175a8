import { KpiHistory, RestoreDrills } from "@tapline/adapters/prisma";
import { KpiStreams } from "@tapline/adapters/redis";
import type { KpiLive } from "@tapline/core/kpi";
import { startKpi } from "../roles/kpi.ts";
import type { Role } from "../roles/role.ts";
import type { Parts } from "./parts.ts";

export function startKpiRole(parts: Parts, hooks: { readonly onLive: (live: KpiLive) => void }): Role {
  return startKpi({
    ...parts,
    telemetry: parts.telemetryStream,
    streams: parts.instrument("kpi", new KpiStreams(parts.redis)),
    history: parts.instrument("history", new KpiHistory(parts.prisma)),
    drills: parts.instrument("drills", new RestoreDrills(parts.prisma)),
    onLive: hooks.onLive,
  });
}
