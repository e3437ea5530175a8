export {
  type AgentReading,
  agentHeardWithinMs,
  type KpiReadings,
  missedAgentReports,
} from "./board/readings.ts";
export { type KpiSource, kpiSources } from "./board/sources.ts";
export type { KpiDefinition, KpiKind, KpiScopeKind } from "./catalog/definition.ts";
export { availabilityObjective, objectiveWindowMs } from "./catalog/objective.ts";
export { type KpiId, kpiCatalog, kpiChapters, kpiIds } from "./catalog.ts";
export {
  downsample,
  type HistoryBucket,
  type HistoryFigures,
  type HistoryWindow,
  historyEdges,
  type KpiHistory,
} from "./downsample.ts";
export { type ArchiveAway, type HeardService, heardServices, heardWithinMs, SignsOfLife } from "./heard.ts";
export { KpiBoard, type PastAvailability } from "./kpi-board.ts";
export { type BacklogReading, KpiWindow } from "./kpi-window.ts";
export { type MergeSpan, mergePoints } from "./merge-points.ts";
export {
  type ReadBackShare,
  type RestoreFreshness,
  type RestoreStanding,
  restoreFreshness,
  restoreFreshnessSchema,
  restoreStandingSchema,
} from "./restore-standing.ts";
export {
  type KpiSample,
  type KpiScope,
  kpiSampleSchema,
  kpiScopeSchema,
  parseScopeKey,
  scopeDimensions,
  scopeKey,
} from "./sample.ts";
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
export { packSecond, unpackSecond } from "./second-spans.ts";
export { isLevelKept, SpanCollector } from "./span-collector.ts";
export { spanOfPoint } from "./span-of-point.ts";
export { type FigureParts, figureParts, SpanSeries } from "./span-series.ts";
export {
  availabilityOf,
  figureOf,
  isKeptFor,
  type KpiSpan,
  kpiSpanSchema,
  mergeSpans,
  scopeKind,
  spanRetentionMs,
} from "./spans.ts";
