import type { ServerDuplexStream } from "@grpc/grpc-js";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import {
  type AgentMessage,
  agentMessageBytes,
  maxTapsPerRequest,
  type Receipt,
  type ServerMessage,
} from "@tapline/core/tap";
import type { ServedRequests } from "@tapline/core/telemetry";
import { z } from "zod";
import type { BodyRate } from "../body-rate.ts";
import { checkStreamedTap } from "../check-taps.ts";
import type { AgentCredits } from "../credits/agent-credits.ts";
import type { Door } from "../door.ts";
import type { AgentIdentity } from "../identity.ts";
import type { LogPort } from "../log-desk.ts";
import { type ReportParts, takeReport } from "../take-report.ts";
import type { DeliveryHooks } from "../taken-counts.ts";
import { BatchTaker } from "./batch-taker.ts";
import { LogTalk } from "./log-talk.ts";
import * as messages from "./messages.ts";
import { ReceiptPump } from "./receipt-pump.ts";
import { outcomeOf, statusOf } from "./status.ts";

export type StreamLog = {
  readonly warn: (facts: object, text: string) => void;
  readonly error: (facts: object, text: string) => void;
};

export type AgentStreamParts = ReportParts &
  DeliveryHooks & {
    readonly bodies: BodyRate;
    readonly door: Pick<Door, "take">;
    readonly receipts: (agent: string, after: string) => Promise<{ next: string; receipts: Receipt[] }>;
    readonly log: StreamLog;
    readonly logs: LogPort;
    readonly served: Pick<ServedRequests, "record">;
  };

/** How long a stream may be open without a Hello, ms. */
const helloWithinMs = 10_000;
/** Batches of one stream on their way into the buffer; more wait in the connection. */
const maxBatchesAtOnce = 4;
/** Most characters of a report. */
const maxReportLength = 64 * 1024;
/** What a batch, and the end of a stream, count as. */
const served = "gRPC Deliver";
const cursorPattern = /^\d{1,15}(-\d{1,15})?$/;

const broken = (what: string): TaplineError =>
  new TaplineError("invalid-input", what, { remedy: "keep to the protocol of ingest.proto" });

/** One agent's stream, from its Hello to the status that ends it. */
export class AgentStream {
  readonly identity: AgentIdentity;
  readonly #call: ServerDuplexStream<AgentMessage, ServerMessage>;
  readonly #parts: AgentStreamParts;
  readonly #pump: ReceiptPump;
  readonly #batches: BatchTaker;
  readonly #logTalk: LogTalk;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #onEnd: () => void;
  #restTimer: NodeJS.Timeout | null = null;
  #hello: messages.Hello | null = null;
  #generation: string | null;
  #directive = "null";
  #lastBatch = 0;
  #toldOfReport = false;
  #draining = false;
  #ended = false;

  /**
   * @param generation the buffer's generation now; null where there is none
   * @param onEnd told once, when the stream has ended for whatever reason
   */
  constructor(
    call: ServerDuplexStream<AgentMessage, ServerMessage>,
    identity: AgentIdentity,
    agentCredits: AgentCredits,
    generation: string | null,
    parts: AgentStreamParts,
    onEnd: () => void,
  ) {
    this.identity = identity;
    this.#call = call;
    this.#parts = parts;
    this.#generation = generation;
    this.#onEnd = onEnd;
    this.#pump = new ReceiptPump(
      (after) => parts.receipts(identity.agent, after),
      (message) => this.#sendAndDrain(message),
    );
    this.#batches = new BatchTaker(agentCredits, parts.door, {
      tell: (message) => this.#send(message),
      onAnswered: (good, refused, acceptMs) => {
        parts.onTaken(identity.agent, good, refused, acceptMs);
        parts.served.record(served, "ok", acceptMs);
        this.#regulate();
      },
      onFailed: (error, taps) => {
        parts.onTurnedAway(identity.agent, taps);
        this.end(error);
      },
      clock: parts.clock,
    });
    this.#logTalk = new LogTalk(identity.agent, parts.logs, (message) => this.#send(message));
    this.#helloTimer = setTimeout(() => this.end(broken("the stream brought no Hello")), helloWithinMs);
    call.on("data", (message: AgentMessage) => this.#receive(message));
    call.on("drain", () => this.#regulate());
    call.on("end", () => void this.drain(null));
    call.on("cancelled", () => this.#close());
    call.on("close", () => this.#close());
  }

  /** New receipts stand ready, or may do so. */
  onReceipts(): void {
    if (this.#hello !== null) this.#pump.wake();
  }

  /** Validation has spoken of some of the agent's taps. A hint that does not fit in now is left out. */
  onVerdicts(hint: () => Parameters<typeof messages.verdicts>[0] | null): void {
    const told = this.#hello === null || this.#call.writableNeedDrain ? null : hint();
    if (told !== null) this.#send(messages.verdicts(told));
  }

  /** What the server wants of the agent may have changed. */
  onFleet(): void {
    const directive = this.#parts.fleet.directiveOf(this.identity.agent);
    const text = JSON.stringify(directive);
    if (this.#hello === null || directive === null || text === this.#directive) return;
    this.#directive = text;
    this.#send(messages.directiveMessage(directive));
  }

  /** The agent may be asked for its log. */
  onLogWanted(): void {
    this.#logTalk.look();
  }

  /** The buffer's generation is `generation` now; without one no credits are given. */
  onGeneration(generation: string | null): void {
    if (this.#hello === null) this.#generation = generation;
    else if (generation === null) this.#batches.pause();
    else {
      if (generation !== this.#generation) {
        this.#generation = generation;
        this.#send(messages.generationChanged(generation));
        // Receipts were lost with the buffer; so was the cursor's meaning.
        this.#pump.startAt("0");
      }
      this.#batches.grant();
    }
  }

  /** Ends the stream with the status of `error`, at once. */
  end(error: unknown): void {
    if (this.#ended) return;
    const { code, details } = statusOf(error);
    this.#parts.served.record(served, outcomeOf(code), null);
    if (!(error instanceof TaplineError) || hasCode(error, "corrupt"))
      this.#parts.log.error({ err: error, agent: this.identity.agent }, "a stream failed");
    this.#close();
    this.#call.emit("error", Object.assign(new Error(details), { code, details }));
  }

  /** Takes nothing new, answers what was taken, and ends: with the status of `error`, or well. */
  async drain(error: unknown): Promise<void> {
    this.#draining = true;
    this.#regulate();
    this.#batches.pause();
    await this.#batches.settled();
    if (error !== null) this.end(error);
    else if (!this.#ended) {
      this.#close();
      this.#call.end();
    }
  }

  #receive(whole: AgentMessage): void {
    if (this.#ended || this.#draining) return;
    const { message } = whole;
    this.#parts.bodies.spend(this.identity.agent, agentMessageBytes(whole), this.#parts.clock());
    try {
      if (message === undefined) throw broken("a message is none of this protocol, or has too many taps");
      if (message.$case === "hello") this.#greet(message.value);
      else if (this.#hello === null) throw broken("the first message must be Hello");
      else if (message.$case === "taps") this.#take(message.value, this.#hello);
      else if (message.$case === "report") this.#report(message.value);
      else if (!this.#logTalk.take(message.value)) throw broken("a log is too long");
    } catch (error) {
      this.end(error);
    }
  }

  #greet(hello: messages.Hello): void {
    if (this.#hello !== null) throw broken("Hello may come only once");
    if (hello.epoch < 1) throw broken("Hello.epoch must be at least 1");
    if (!cursorPattern.test(hello.receiptsAfter)) throw broken("Hello.receipts_after must be a cursor");
    this.#parts.epochs.assertSparing(this.identity.agent, hello.epoch, this.#parts.clock());
    clearTimeout(this.#helloTimer);
    this.#hello = hello;
    this.#send(messages.welcome(this.#generation));
    const isSameLife = this.#generation === null || hello.generation === this.#generation;
    this.#pump.startAt(isSameLife ? hello.receiptsAfter : "0");
    if (this.#generation !== null) this.#batches.grant();
    this.onFleet();
    this.#logTalk.greeted(hello.sendsLog);
  }

  #take({ batch, taps, traceparent }: messages.Taps, { epoch, wantAccepted }: messages.Hello): void {
    if (batch <= this.#lastBatch) throw broken("Taps.batch must rise from message to message");
    if (taps.length < 1 || taps.length > maxTapsPerRequest)
      throw broken(`a batch has 1 to ${maxTapsPerRequest} taps`);
    this.#lastBatch = batch;
    const origin = { agent: this.identity.agent, epoch, nowEpochMs: this.#parts.clock() };
    const checked = taps.map((tap, i) => checkStreamedTap(tap, origin, `/taps/${i}`));
    this.#batches.take({ batch, checked, receivedAtEpochMs: origin.nowEpochMs, traceparent });
    if (wantAccepted) this.#send(messages.ack(batch, "accepted", this.#generation ?? "", checked));
    this.#regulate();
  }

  /** A report that does not read is no reason to stop taps: it may come from a newer agent. */
  #report({ sentAtEpochMs, report }: messages.Report): void {
    if (report.length > maxReportLength) throw broken("a report is too long");
    const receivedAtEpochMs = this.#parts.clock();
    try {
      takeReport(JSON.parse(report), this.identity.agent, receivedAtEpochMs, this.#parts);
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
      const facts = { agent: this.identity.agent, why: messageOf(error).slice(0, 300) };
      if (!this.#toldOfReport) this.#parts.log.warn(facts, "an agent's report does not read");
      this.#toldOfReport = true;
    }
    this.#send(messages.reportAnswer(sentAtEpochMs, receivedAtEpochMs, this.#parts.clock()));
    this.onFleet();
  }

  #send(message: ServerMessage): void {
    if (this.#ended) return;
    this.#call.write(message);
    this.#regulate();
  }

  async #sendAndDrain(message: ServerMessage): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => {
      this.#call.once("close", resolve);
      this.#call.write(message, () => {
        this.#call.off("close", resolve);
        resolve();
      });
    });
    return !this.#ended;
  }

  /** Reads on only while there is room for what comes and the agent takes what it is told. */
  #regulate(): void {
    if (this.#ended) return;
    const full = this.#batches.pending >= maxBatchesAtOnce || this.#call.writableNeedDrain || this.#rests();
    if (full || this.#draining) this.#call.pause();
    else this.#call.resume();
  }

  /** Whether the agent has sent so much that nothing is read for a while. */
  #rests(): boolean {
    const waitMs = this.#parts.bodies.waitMs(this.identity.agent, this.#parts.clock());
    if (waitMs > 0)
      this.#restTimer ??= setTimeout(() => {
        this.#restTimer = null;
        this.#regulate();
      }, waitMs);
    return waitMs > 0;
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#restTimer !== null) clearTimeout(this.#restTimer);
    clearTimeout(this.#helloTimer);
    this.#pump.stop();
    this.#batches.stop();
    this.#onEnd();
  }
}
