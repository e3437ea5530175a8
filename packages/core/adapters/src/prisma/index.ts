export {
  type AgentTap,
  ArchiveIndex,
  type Holding,
  type QuarantineRow,
  type SegmentEnd,
  type SegmentRow,
  type TrackerTap,
} from "./archive-index.ts";
export { connectPrisma } from "./connect.ts";
export type { PrismaClient } from "./generated/client.ts";
export { KpiHistory } from "./kpi-history.ts";
export { type NewTracker, TrackerRegistry } from "./tracker-registry.ts";
