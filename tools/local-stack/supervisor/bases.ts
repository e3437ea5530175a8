/**
 * The worker processes that `npm start` always runs, and the services that each of them is. Services that cost little share a
 * process; replicas beyond these, and releases, are processes of one service.
 */
export const bases = {
  "worker-ingest": ["ingest"],
  "worker-pipeline": [
    ...["buffer", "validation", "encryption", "transfer", "audit", "kpi", "alerts", "telemetry", "balance"],
    "noops",
  ],
} as const satisfies Record<string, readonly string[]>;

export type BaseName = keyof typeof bases;

export const baseNames = Object.keys(bases) as readonly BaseName[];

/** Every service that is a worker's. */
export const workerServices: readonly string[] = Object.values(bases).flat();

/** Services that are reached by connections, which we hand out; all others take their work from queues. */
export const servicesByConnection: readonly string[] = ["ingest"];
