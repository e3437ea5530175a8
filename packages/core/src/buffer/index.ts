export type { BufferedTap } from "./buffered-tap.ts";
export {
  type BufferBytes,
  frameRoomBytes,
  isMemoryShort,
  memoryRatios,
  reservedForResultsBytes,
} from "./ceiling.ts";
export {
  decodeFrame,
  encodeFrame,
  type FrameSealer,
  framedBytes,
  isSealedFrame,
  runsOfFrame,
  sealedFrameVersion,
} from "./frame.ts";
export { flushedLife, flushedName, historyOfLife, isOfThisForm, lifeName } from "./generation.ts";
export {
  assignPartitions,
  maxPartitions,
  partitionOfAgent,
  partitionOfSegment,
  segmentId,
} from "./partition.ts";
export { packReceipt, unpackReceipt } from "./receipt-form.ts";
export {
  type CutSegment,
  drawsOf,
  type OpenSegment,
  openSegmentSchema,
  readRoutes,
  routeOf,
  type SegmentStage,
  type StageRoute,
  segmentLimits,
  segmentStages,
  segmentsAtOnce,
  stageQueue,
} from "./segment.ts";
export { readTapRuns, type TapRun, writeTapRuns } from "./tap-runs.ts";
export { maxTapTraces, tapTraces } from "./tap-traces.ts";
