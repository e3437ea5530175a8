/** A process that is no worker and has one replica. */
export type Lone = Readonly<{
  service: string;
  standing: () => Readonly<{ state: "ready" | "failed"; startedAtEpochMs: number; restarts: number }>;
  /** Ends its life in order; the next begins at once. */
  renew: () => Promise<void>;
}>;
