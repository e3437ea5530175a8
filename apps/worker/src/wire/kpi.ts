import { RestoreDrills, WatchReadings } from "@tapline/adapters/prisma";
import { KpiSpans, KpiTotalsBook } from "@tapline/adapters/prisma/kpi";
import { KpiStreams } from "@tapline/adapters/redis/live";
import type { KpiLive } from "@tapline/core/kpi";
import { AgentSites } from "../roles/agent-sites.ts";
import { startKpi } from "../roles/kpi.ts";
import { startKpiSpans } from "../roles/kpi-spans.ts";
import type { Role } from "../roles/role.ts";
import type { SharedReadings } from "../roles/share-readings.ts";
import type { Parts } from "./parts.ts";

/** Longer than the role `alerts` waits between two questions: where a process has both, its answers serve the history, too. */
const readingsMaxAgeMs = 6_000;

export function startKpiRole(
  parts: Parts,
  readings: SharedReadings,
  hooks: { readonly onLive: (live: KpiLive) => void },
): Role {
  const watch = new WatchReadings(parts.prisma);
  const live = startKpi({
    ...parts,
    telemetry: parts.telemetryStream,
    streams: parts.instrument("kpi", new KpiStreams(parts.redis)),
    totals: parts.instrument("totals", new KpiTotalsBook(parts.prisma)),
    drills: parts.instrument("drills", new RestoreDrills(parts.prisma)),
    sites: new AgentSites(() => watch.sites(), parts.log),
    onLive: hooks.onLive,
  });
  const history = startKpiSpans({
    ...parts,
    telemetry: parts.telemetryStream,
    spans: parts.instrument("spans", new KpiSpans(parts.prisma)),
    readings: () => readings(readingsMaxAgeMs),
  });
  return {
    stop: async (graceMs) => {
      await Promise.all([live.stop(graceMs), history.stop(graceMs)]);
    },
  };
}
