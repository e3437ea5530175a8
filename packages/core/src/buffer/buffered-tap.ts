/** A tap as the buffer holds it: what the agent sent, who sent it, and when the door took it. */
export type BufferedTap = {
  readonly agent: string;
  /** The agent's outbox epoch. */
  readonly epoch: number;
  readonly seq: number;
  readonly reader: string;
  /** By the agent's clock. */
  readonly readAtEpochMs: number;
  /** By the server's clock. */
  readonly ingestedAtEpochMs: number;
  /** W3C trace context of the read, or "". */
  readonly traceparent: string;
  /** The raw NDEF message. */
  readonly payload: Buffer;
};
