import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type status,
} from "@grpc/grpc-js";
import {
  AgentMessage,
  IngestDefinition,
  ServerMessage,
  StreamAckLevel,
  type Verdict,
} from "@tapline/core/tap";
import { IngestLedger } from "./ingest-ledger.fixture.ts";
import { authorities, type Pki, pem } from "./ingest-server.fixture.ts";

export { status } from "@grpc/grpc-js";

type Of<Message, Case> =
  Extract<NonNullable<Message>, { $case: Case }> extends { value: infer Value } ? Value : never;
export type HelloMessage = Of<AgentMessage["message"], "hello">;
export type TapsMessage = Of<AgentMessage["message"], "taps">;

/** A fault to play once, in place of taking a batch. Returns false to go on as always. */
export type StreamFault = (taps: TapsMessage, session: StreamSession) => boolean;

const { deliver } = IngestDefinition.methods;
const service: ServiceDefinition = {
  deliver: {
    path: `/${IngestDefinition.fullName}/${deliver.name}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: (message: AgentMessage) => Buffer.from(AgentMessage.encode(message).finish()),
    requestDeserialize: (bytes: Buffer) => AgentMessage.decode(bytes),
    // Garbage of a test is sent as it is.
    responseSerialize: (message: ServerMessage | Buffer) =>
      Buffer.isBuffer(message) ? message : Buffer.from(ServerMessage.encode(message).finish()),
    responseDeserialize: (bytes: Buffer) => ServerMessage.decode(bytes),
  },
};

/** One stream, as the server sees it. */
export class StreamSession {
  readonly hello: HelloMessage;
  /** Taps that came beyond what was granted. */
  overdrawn = 0;
  open = true;
  granted = 0;
  readonly #call: ServerDuplexStream<AgentMessage, ServerMessage | Buffer>;

  constructor(call: ServerDuplexStream<AgentMessage, ServerMessage | Buffer>, hello: HelloMessage) {
    this.#call = call;
    this.hello = hello;
  }

  send(message: NonNullable<ServerMessage["message"]>): void {
    if (this.open) this.#call.write({ message });
  }

  garbage(bytes: Buffer): void {
    if (this.open) this.#call.write(bytes);
  }

  grant(taps: number): void {
    this.granted += taps;
    this.send({ $case: "credits", value: { taps } });
  }

  end(code: status, details: string): void {
    this.open = false;
    this.#call.emit("error", { code, details });
  }
}

/** The stream's side of the test server over mutual TLS 1.3, with faults to order. */
export class StreamServer {
  readonly ledger: IngestLedger;
  /** Faults for the next batches, one each. */
  faults: StreamFault[] = [];
  /** In place of a welcome, while it is set. */
  onHello: ((session: StreamSession) => void) | null = null;
  /** Credits at the start of a stream, and whether each batch gives its own back. */
  credits = 100_000;
  regrants = true;
  highestLevel: StreamAckLevel = StreamAckLevel.ACK_LEVEL_ARCHIVED;
  readonly batches: number[][] = [];
  readonly sessions: StreamSession[] = [];
  readonly reports: string[] = [];
  directive: unknown = null;
  /** What agents have sent of their logs. */
  readonly logs: Of<AgentMessage["message"], "log">[] = [];
  /** The server's clock minus the real one, ms. */
  skewMs = 0;
  readonly #pki: Pki;
  #server: Server;

  constructor(pki: Pki, ledger = new IngestLedger()) {
    this.#pki = pki;
    this.ledger = ledger;
    this.#server = new Server({ "grpc.max_receive_message_length": 2 << 20 });
    this.#server.addService(service, {
      deliver: (call: ServerDuplexStream<AgentMessage, ServerMessage | Buffer>) => this.#serve(call),
    });
  }

  async listen(port = 0, host = "127.0.0.1"): Promise<string> {
    const pair = {
      cert_chain: Buffer.from(pem(this.#pki, "server.crt")),
      private_key: Buffer.from(pem(this.#pki, "server.key")),
    };
    const ca = Buffer.from(authorities(this.#pki));
    const bound = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(`${host}:${port}`, ServerCredentials.createSsl(ca, [pair], true), (error, at) =>
        error === null ? resolve(at) : reject(error),
      ),
    );
    return `https://${host}:${bound}`;
  }

  /** Ends everything at once, as a killed process does. */
  async close(): Promise<void> {
    for (const session of this.sessions) session.open = false;
    this.#server.forceShutdown();
  }

  get session(): StreamSession | undefined {
    return this.sessions.findLast(({ open }) => open);
  }

  /** Takes a batch and answers as the door does. */
  take({ batch, taps, traceparent }: TapsMessage, session: StreamSession): void {
    this.hold({ batch, taps, traceparent }, session);
    this.ack(batch, session);
  }

  /** Takes a batch without an answer. */
  hold({ taps }: TapsMessage, session: StreamSession): void {
    for (const { seq, payload } of taps)
      this.ledger.take(session.hello.epoch, seq, payload.toString("base64"));
  }

  ack(
    batch: number,
    session: StreamSession,
    refused: Of<ServerMessage["message"], "ack">["refused"] = [],
  ): void {
    const { generation } = this.ledger;
    const level = StreamAckLevel.ACK_LEVEL_DURABLE;
    session.send({ $case: "ack", value: { batch, level, generation, refused } });
  }

  #serve(call: ServerDuplexStream<AgentMessage, ServerMessage | Buffer>): void {
    let session: StreamSession | null = null;
    call.on("data", ({ message }: AgentMessage) => {
      if (message?.$case === "hello") {
        session = new StreamSession(call, message.value);
        this.sessions.push(session);
        this.#greet(session);
      } else if (session !== null && message?.$case === "taps") this.#hearTaps(message.value, session);
      else if (session !== null && message?.$case === "report")
        this.#answerReport(message.value.sentAtEpochMs, message.value.report, session);
      else if (message?.$case === "log") this.logs.push(message.value);
    });
    const over = () => {
      if (session !== null) session.open = false;
    };
    call.on("cancelled", over);
    call.on("error", over);
    call.on("end", over);
  }

  #greet(session: StreamSession): void {
    if (this.onHello !== null) {
      this.onHello(session);
      return;
    }
    const { generation } = this.ledger;
    session.send({ $case: "welcome", value: { generation, highestLevel: this.highestLevel } });
    if (this.credits > 0) session.grant(this.credits);
    if (this.directive !== null)
      session.send({ $case: "directive", value: { directive: JSON.stringify(this.directive) } });
    void this.#pushReceipts(session, Number(session.hello.receiptsAfter));
  }

  #hearTaps(message: TapsMessage, session: StreamSession): void {
    this.batches.push(message.taps.map(({ seq }) => seq));
    session.granted -= message.taps.length;
    session.overdrawn = Math.max(session.overdrawn, -session.granted);
    const fault = this.faults.shift();
    if (fault?.(message, session) !== true) this.take(message, session);
    if (this.regrants) session.grant(message.taps.length);
  }

  #answerReport(sentAtEpochMs: number, report: string, session: StreamSession): void {
    this.reports.push(report);
    const at = Date.now() + this.skewMs;
    session.send({
      $case: "reportAnswer",
      value: { sentAtEpochMs, receivedAtEpochMs: at, answeredAtEpochMs: at },
    });
  }

  async #pushReceipts(session: StreamSession, from: number): Promise<void> {
    let cursor = from;
    let { generation } = this.ledger;
    while (session.open) {
      if (generation !== this.ledger.generation) {
        generation = this.ledger.generation;
        cursor = 0;
        session.send({ $case: "generation", value: { generation } });
      }
      const { next, verdicts } = this.ledger.after(cursor);
      cursor = next;
      if (verdicts.length > 0)
        session.send({ $case: "receipts", value: receiptsOf(verdicts, next, this.ledger.epoch) });
      else await this.ledger.news(200);
    }
  }
}

function receiptsOf(verdicts: readonly Verdict[], next: number, epoch: number) {
  const bySegment = (verdict: "archived" | "duplicate") =>
    verdicts.flatMap((one) =>
      one.verdict === verdict ? [{ segment: one.segment ?? "", seqs: [one.seq] }] : [],
    );
  const rejected = verdicts.flatMap((one) =>
    one.verdict === "rejected" ? [{ seq: one.seq, reason: one.reason, detail: one.detail }] : [],
  );
  const level = StreamAckLevel.ACK_LEVEL_ARCHIVED;
  const [archived, duplicate] = [bySegment("archived"), bySegment("duplicate")];
  return {
    next: String(next),
    receipts: [{ epoch, level, atEpochMs: Date.now(), archived, duplicate, rejected }],
  };
}
