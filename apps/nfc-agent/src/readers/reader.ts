/** A place where tags are held: gives up one whole tap after the other. */
export type Reader = {
  /** Unique on this agent. */
  readonly name: string;
  /**
   * The next tap's raw NDEF message, or `null` where no more will come. The agent asks again only when the last
   * one is durable, so a full outbox stops the reader. Rejects once `signal` is aborted.
   */
  next(signal: AbortSignal): Promise<Buffer | null>;
};
