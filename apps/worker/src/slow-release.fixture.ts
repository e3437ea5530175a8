import { setTimeout as sleep } from "node:timers/promises";
import { SegmentLoader } from "./jobs/segment-loader.ts";

// Loaded before a worker's program: a version that takes its time over each segment.
const load = SegmentLoader.prototype.load;
SegmentLoader.prototype.load = async function (...given: Parameters<typeof load>) {
  await sleep(700);
  return await load.apply(this, given);
};
