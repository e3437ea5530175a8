export { DeliveryQueue } from "./delivery-queue.ts";
export { type ProofAnswer, ProofQueue, type ProofWish } from "./proof-queue.ts";
export {
  type JobRoute,
  type JobStanding,
  retryDelayMs,
  SegmentQueues,
  type StageOptions,
} from "./segment-queues.ts";
