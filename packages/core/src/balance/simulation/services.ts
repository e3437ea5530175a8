import type { SimulatedService } from "./fleet.ts";

const common = { objectiveShare: 0.99, readyAfterMs: 20_000, drainMs: 10_000, min: 2, max: 60 } as const;

/**
 * Services in round figures of what `npm run bench -- path` measured on two busy cores: 0.4 ms of CPU for a tap by stream, of all serving
 * processes together. How that is divided is estimated: a quarter of a millisecond the door, 60 ms validation for a segment of 500 taps;
 * a transfer takes 120 ms of a near archive's time. A replica takes 20 s in a cluster until it is ready, its start and its first answer to
 * a probe included.
 */
export const measuredServices: readonly SimulatedService[] = [
  { ...common, service: "ingest", tapsPerUnit: 1, serviceMs: 0.25, serversPerReplica: 1, objectiveMs: 250 },
  {
    ...common,
    service: "validation",
    tapsPerUnit: 500,
    serviceMs: 60,
    serversPerReplica: 1,
    objectiveMs: 1_000,
  },
  {
    ...common,
    service: "transfer",
    tapsPerUnit: 500,
    serviceMs: 120,
    serversPerReplica: 2,
    objectiveMs: 5_000,
  },
];
