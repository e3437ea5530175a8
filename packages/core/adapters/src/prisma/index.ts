export {
  ArchiveIndex,
  type Holding,
  type TrackerTap,
} from "./archive-index.ts";
export { auditRow } from "./audit-row.ts";
export { connectPrisma } from "./connect.ts";
export type { PrismaClient } from "./generated/client.ts";
export { KpiHistory } from "./kpi-history.ts";
export type { AgentTap, QuarantineRow, SegmentEnd, SegmentRow } from "./segment-end.ts";
export { type NewTracker, TrackerRegistry } from "./tracker-registry.ts";
