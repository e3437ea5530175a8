export { DeliveryQueue } from "./delivery-queue.ts";
export { type JobStanding, retryDelayMs, SegmentQueues, type StageOptions } from "./segment-queues.ts";
