export { DeliveryQueue } from "./delivery-queue.ts";
export { retryDelayMs, SegmentQueues, type StageOptions } from "./segment-queues.ts";
