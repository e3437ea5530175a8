import type { AckLevel, AgentLog, LinkName, LogWanted, RejectReason } from "@tapline/core/tap";
import type { TapRecord } from "../outbox/index.ts";
import type { Setback } from "./setback.ts";

/** PEM: the authority that the server's certificate must come from, this agent's certificate with its chain, its key. */
export type Credentials = { ca: string; cert: string; key: string };

/** Who speaks, and where it stopped listening. */
export type Hello = {
  epoch: number;
  /** Cursor of the last receipts taken; "0" = from the first one kept. */
  receiptsAfter: string;
  /** The buffer's generation that is known; "" = none yet. */
  generation: string;
  /** Whether to tell when taps are in the memory of a server, before they are durable. */
  wantAccepted: boolean;
  /** Whether it answers where the server asks for its log. */
  sendsLog: boolean;
};

/** A tap that the door did not take. `status` has HTTP's meaning. */
export type Refusal = {
  /** Position in the batch, from 0. */
  index: number;
  status: number;
  /** urn:tapline:problem:… */
  problem: string;
  detail: string;
  field: string | null;
};

/** What came of a batch: durable in `generation` apart from those refused, or nothing is known of it. */
export type SendOutcome =
  | { kind: "taken"; generation: string; refused: readonly Refusal[] }
  | { kind: "setback"; setback: Setback };

/** Where taps that leave together are in their traces (W3C `traceparent`); "" where nothing is recorded. */
export type BatchTrace = {
  /** Of this delivery. */
  readonly traceparent: string;
  /** Of the read of a tap. */
  readonly of: (seq: number) => string;
};

export const untraced: BatchTrace = { traceparent: "", of: () => "" };

/** What validation says before the archive has the taps: told once, and may be lost. */
export type Hints = {
  epoch: number;
  accepted: readonly number[];
  duplicate: readonly number[];
  rejected: readonly { seq: number; reason: RejectReason | null; detail: string }[];
};

/** The end of a tap; a reason that this agent does not know is null. */
export type End =
  | { seq: number; verdict: "archived"; segment: string }
  | { seq: number; verdict: "duplicate"; segment: string | null }
  | { seq: number; verdict: "rejected"; reason: RejectReason | null; detail: string };

/** Ends that came together. May be told twice. */
export type LinkReceipt = { epoch: number; level: AckLevel; atEpochMs: number; verdicts: readonly End[] };

/** The server's clock as it took a report and as it answered, ms since 1970. */
export type ClockAnswer = { receivedAtEpochMs: number; answeredAtEpochMs: number };

/** How receipts were asked for; what came unasked needs none of it. */
export type Asked = {
  after: string;
  /** The generation that was known then, and the one that the answer names. */
  generation: string | null;
  answered: string;
};

/** What a link needs to know, and what it tells, in the server's order. */
export type LinkListener = {
  /** Where receipts are to be read on from. */
  cursor(): string;
  /** The generation that is known; null before the first. */
  knownGeneration(): string | null;
  /** First, and once: the link is open. */
  welcome(generation: string, highestLevel: AckLevel): void;
  /** More taps may leave than before. */
  mayTakeMore(): void;
  /** Taps are in the memory of a server. */
  accepted(seqs: readonly number[]): void;
  receipts(receipts: readonly LinkReceipt[], next: string, asked: Asked | null): void;
  hints(hints: Hints): void;
  generation(name: string): void;
  clock(sentAtEpochMs: number, answer: ClockAnswer): void;
  /** Not checked yet: what a server wants of this agent. */
  directive(directive: unknown): void;
  /** The last lines of this agent's log, which the server wants; null where there is nothing to send. */
  logWanted(wanted: LogWanted): AgentLog | null;
};

/** One open link. */
export type OpenLink = {
  /** Most batches under way at once, so that they arrive in their order. */
  readonly maxInFlight: number;
  /** How many taps may leave now. */
  credits(): number;
  /** Sends taps, oldest first. Never rejects; after the link's end nothing is sent. */
  send(taps: readonly TapRecord[], trace: BatchTrace): Promise<SendOutcome>;
  /** Tells how the agent is: a report as JSON. An answer comes by the listener, or never. */
  report(report: string, sentAtEpochMs: number): void;
  /** The buffer was lost: receipts are to be read from the first again. */
  restartReceipts(): void;
  /** Resolves once the link is over, with why; null after `close`. */
  readonly ended: Promise<Setback | null>;
  /** Cuts the link. Batches under way have the outcome of a setback. */
  close(): void;
};

/** A way to the server. Sides: `grpc` and `rest`. */
export type Link = {
  readonly name: LinkName;
  /** Begins to open it; `welcome` says when it is open, `ended` that it is not or no more. Never throws. */
  open(hello: Hello, listener: LinkListener): OpenLink;
};
