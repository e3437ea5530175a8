import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { Client, type ClientDuplexStream, credentials, type StatusObject, status } from "@grpc/grpc-js";
import { AgentMessage, IngestDefinition, ServerMessage, type StreamAckLevel } from "@tapline/core/tap";
import type { TapRecord } from "../outbox/index.ts";
import { diagnose } from "./diagnose.ts";
import type { BatchTrace, Credentials, Hello, Link, LinkListener, OpenLink, SendOutcome } from "./link.ts";
import { type Setback, setback, setbackOf } from "./setback.ts";
import { hintsOf, levelOf, receiptsOf, refusalsOf } from "./stream-messages.ts";

export type GrpcLinkOptions = {
  /** Origin of the ingest server's stream, https. */
  url: string;
  credentials: () => Credentials;
  /** How long to wait for a welcome and for an answer to a batch, ms. */
  answerMs: number;
  /** A PING leaves after this time, ms … */
  pingEveryMs: number;
  /** … and the link is over where no answer comes within this one, ms: half-open connections look alive. */
  pingAnswerMs: number;
};

const longestMessageBytes = 8 * 1024 * 1024;
const gzip = 2;
const { deliver } = IngestDefinition.methods;
const path = `/${IngestDefinition.fullName}/${deliver.name}`;

/** One bidirectional stream: `packages/core/src/tap/proto/tapline/ingest/v1/ingest.proto`. */
export function grpcLink(options: GrpcLinkOptions): Link {
  return { name: "grpc", open: (hello, listener) => new GrpcSession(options, hello, listener) };
}

type Batch = { taps: readonly TapRecord[]; timer: NodeJS.Timeout; resolve: (outcome: SendOutcome) => void };

class GrpcSession implements OpenLink {
  readonly maxInFlight = 4;
  readonly ended: Promise<Setback | null>;
  readonly #options: GrpcLinkOptions;
  readonly #credentials: Credentials;
  readonly #listener: LinkListener;
  readonly #batches = new Map<number, Batch>();
  readonly #resolveEnded: (why: Setback | null) => void;
  readonly #welcomeTimer: NodeJS.Timeout;
  #client: Client | null = null;
  #call: ClientDuplexStream<AgentMessage, ServerMessage> | null = null;
  #open = false;
  #over = false;
  #credits = 0;
  #lastBatch = 0;

  constructor(options: GrpcLinkOptions, hello: Hello, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#credentials = options.credentials();
    const { promise, resolve } = Promise.withResolvers<Setback | null>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    const { answerMs } = options;
    this.#welcomeTimer = setTimeout(
      () => this.#end(setback("silent", `no welcome within ${answerMs} ms`)),
      answerMs,
    );
    try {
      this.#client = connect(options, this.#credentials);
      this.#call = this.#client.makeBidiStreamRequest(path, encode, ServerMessage.decode);
      this.#call.on("data", (message: ServerMessage) => this.#hear(message));
      // Each error comes as a status, too.
      this.#call.on("error", () => {});
      this.#call.on("status", (why: StatusObject) => void this.#closedBy(why));
      this.#write({ $case: "hello", value: hello });
    } catch (error) {
      // Credentials that do not read.
      this.#end({ ...setbackOf(error), cause: "own-unusable" });
    }
  }

  credits(): number {
    return this.#open && !this.#over ? this.#credits : 0;
  }

  send(taps: readonly TapRecord[], { traceparent, of }: BatchTrace): Promise<SendOutcome> {
    return new Promise((resolve) => {
      if (this.#over) {
        resolve({ kind: "setback", setback: setback("broken", "the link is over") });
        return;
      }
      const { answerMs } = this.#options;
      const batch = ++this.#lastBatch;
      const timer = setTimeout(
        () => this.#end(setback("silent", `no answer to a batch within ${answerMs} ms`)),
        answerMs,
      );
      this.#batches.set(batch, { taps, timer, resolve });
      this.#credits -= taps.length;
      const messages = taps.map(({ seq, readAtEpochMs, reader, raw }) => ({
        seq,
        readAtEpochMs,
        reader,
        payload: raw,
        traceparent: of(seq),
      }));
      this.#write({ $case: "taps", value: { batch, taps: messages, traceparent } });
    });
  }

  report(report: string, sentAtEpochMs: number): void {
    if (!this.#over) this.#write({ $case: "report", value: { sentAtEpochMs, report } });
  }

  /** The server starts anew by itself. */
  restartReceipts(): void {}

  close(): void {
    this.#end(null);
  }

  #write(message: NonNullable<AgentMessage["message"]>): void {
    this.#call?.write({ message });
  }

  #hear({ message }: ServerMessage): void {
    // A kind of message that a newer server knows.
    if (this.#over || message === undefined) return;
    const isWelcome = message.$case === "welcome";
    if (isWelcome === this.#open) this.#end(setback("not-agreed", `${message.$case} out of turn`));
    else if (isWelcome) this.#welcomed(message.value);
    else this.#hearOpen(message);
  }

  #welcomed({ generation, highestLevel }: { generation: string; highestLevel: StreamAckLevel }): void {
    clearTimeout(this.#welcomeTimer);
    this.#open = true;
    this.#listener.welcome(generation, levelOf(highestLevel));
  }

  #hearOpen(message: NonNullable<ServerMessage["message"]>): void {
    const listener = this.#listener;
    switch (message.$case) {
      case "ack":
        this.#hearAck(message.value);
        break;
      case "credits":
        this.#credits += message.value.taps;
        listener.mayTakeMore();
        break;
      case "receipts":
        listener.receipts(receiptsOf(message.value), message.value.next, null);
        break;
      case "verdicts":
        listener.hints(hintsOf(message.value));
        break;
      case "generation":
        listener.generation(message.value.generation);
        break;
      case "reportAnswer":
        listener.clock(message.value.sentAtEpochMs, message.value);
        break;
      case "logWanted": {
        const log = listener.logWanted(message.value);
        if (log !== null) this.#write({ $case: "log", value: log });
        break;
      }
      case "directive":
        listener.directive(parseJson(message.value.directive));
    }
  }

  #hearAck(ack: Parameters<typeof refusalsOf>[0]): void {
    const batch = this.#batches.get(ack.batch);
    if (batch === undefined) return;
    const refused = refusalsOf(ack);
    if (refused.some(({ index }) => index >= batch.taps.length)) {
      this.#end(setback("not-agreed", "an answer names taps that were not sent"));
      return;
    }
    if (levelOf(ack.level) === "accepted") {
      const not = new Set(refused.map(({ index }) => index));
      this.#listener.accepted(batch.taps.filter((_, at) => !not.has(at)).map(({ seq }) => seq));
      return;
    }
    this.#batches.delete(ack.batch);
    clearTimeout(batch.timer);
    batch.resolve({ kind: "taken", generation: ack.generation, refused });
  }

  async #closedBy(why: StatusObject): Promise<void> {
    if (this.#over) return;
    const found = setbackOfStatus(why);
    // Where no connection came about, its cause is worth a look.
    const looks = !this.#open && why.code === status.UNAVAILABLE;
    const { url, pingAnswerMs } = this.#options;
    this.#end((looks ? await diagnose(url, this.#credentials, pingAnswerMs) : null) ?? found);
  }

  #end(why: Setback | null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#welcomeTimer);
    this.#call?.cancel();
    this.#client?.close();
    for (const { timer, resolve } of this.#batches.values()) {
      clearTimeout(timer);
      resolve({ kind: "setback", setback: why ?? setback("broken", "the link was closed") });
    }
    this.#batches.clear();
    this.#resolveEnded(why);
  }
}

function connect(options: GrpcLinkOptions, { ca, cert, key }: Credentials): Client {
  const { hostname, port, host } = new URL(options.url);
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  // An address is no name that TLS may ask for (RFC 6066 §3), so the certificate is compared with it here.
  const byAddress = isIP(address) !== 0;
  return new Client(
    port === "" ? `${host}:443` : host,
    credentials.createFromSecureContext(
      createSecureContext({ ca, cert, key, minVersion: "TLSv1.3" }),
      byAddress ? { checkServerIdentity: (_, peer) => checkServerIdentity(address, peer) } : {},
    ),
    {
      ...(byAddress ? { "grpc.ssl_target_name_override": "localhost" } : {}),
      "grpc.keepalive_time_ms": options.pingEveryMs,
      "grpc.keepalive_timeout_ms": options.pingAnswerMs,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.default_compression_algorithm": gzip,
      "grpc.max_receive_message_length": longestMessageBytes,
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_retries": 0,
      "grpc.service_config_disable_resolution": 1,
      "grpc.enable_http_proxy": 0,
    },
  );
}

function encode(message: AgentMessage): Buffer {
  return Buffer.from(AgentMessage.encode(message).finish());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The statuses that the protocol names; anything else is a broken link. */
function setbackOfStatus({ code, details }: StatusObject): Setback {
  const text = `${status[code]}: ${details}`;
  if (code === status.UNAUTHENTICATED) return setback("unauthenticated", details);
  if (code === status.PERMISSION_DENIED) return setback("revoked", details);
  if (code === status.RESOURCE_EXHAUSTED) return setback("taken-over", details);
  if (code === status.INVALID_ARGUMENT) return setback("not-agreed", text);
  if (code === status.UNIMPLEMENTED) return setback("not-served", text);
  return setback("broken", text);
}
