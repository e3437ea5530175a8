export {
  type KpiLive,
  type KpiPoint,
  type KpiTotals,
  kpiLiveSchema,
  kpiPointSchema,
  kpiTotalsSchema,
  type LatencySummary,
  latencySummarySchema,
} from "./schema.ts";
