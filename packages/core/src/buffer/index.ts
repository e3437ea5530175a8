export type { BufferedTap } from "./buffered-tap.ts";
export { decodeFrame, encodeFrame, framedBytes } from "./frame.ts";
export {
  type OpenSegment,
  openSegmentSchema,
  type SegmentStage,
  segmentLimits,
  segmentStages,
} from "./segment.ts";
