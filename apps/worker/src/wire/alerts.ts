import { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { defaultAlertRules } from "@tapline/core/alerts";
import { startAlerts } from "../roles/alerts.ts";
import type { Role } from "../roles/role.ts";
import type { SharedReadings } from "../roles/share-readings.ts";
import type { Parts } from "./parts.ts";

/** What was asked for at the same time, and nothing older: alerts are to be found soon. */
const readingsMaxAgeMs = 500;

export function startAlertsRole(parts: Parts, readings: SharedReadings): Role {
  return startAlerts({
    ...parts,
    telemetry: parts.telemetryStream,
    streams: parts.instrument("alert-streams", new AlertStreams(parts.redis)),
    desk: parts.instrument("alerts", new AlertDesk(parts.prisma)),
    rules: new AlertRulesDesk(parts.prisma, parts.clock),
    firstRules: defaultAlertRules,
    readings: () => readings(readingsMaxAgeMs),
    spans: parts.instrument("spans", new KpiSpans(parts.prisma)),
  });
}
