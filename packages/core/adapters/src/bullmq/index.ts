export { retryDelayMs, SegmentQueues, type StageOptions } from "./segment-queues.ts";
