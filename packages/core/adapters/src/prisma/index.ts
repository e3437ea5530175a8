export {
  type AgentRunRow,
  type AgentTap,
  ArchiveIndex,
  type Holding,
  type QuarantineRow,
  type SegmentEnd,
  type SegmentRow,
  type TapRunRow,
  type TrackerTap,
} from "./archive-index.ts";
export { connectPrisma } from "./connect.ts";
export type { PrismaClient } from "./generated/client.ts";
