import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { issueHierarchy } from "@tapline/core/encryption";
import { type PostTapsResponse, postTapsSchema, submittedTapSchema, type Verdict } from "@tapline/core/tap";

export type Pki = Awaited<ReturnType<typeof issueHierarchy>>;

export function issuePki(): Promise<Pki> {
  return issueHierarchy({ nowEpochMs: Date.now(), organisation: "Test", agents: ["local"], hosts: [] });
}

export const pem = (pki: Pki, name: string): string => pki[name]?.pem ?? "";

/** A fault to play once: answers (or not) in place of the server. Returns false to go on as always. */
export type Fault = (request: IncomingMessage, response: ServerResponse, body: string) => boolean;

const archivedIn = "01900000-0000-7000-8000-000000000000";
export const reply = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

/** A small ingest server over mutual TLS 1.3 that archives all it takes, with faults to order. */
export class IngestServer {
  generation = "g1";
  /** Faults for the next posts, one each. */
  faults: Fault[] = [];
  /** The end of a tap, by number; `null` for none yet. */
  verdictOf: (seq: number) => Verdict | null = (seq) => ({ seq, verdict: "archived", segment: archivedIn });
  /** Posts as they came: numbers of taps. */
  readonly posts: number[][] = [];
  readonly payloads = new Map<number, string>();
  readonly cursors: string[] = [];
  protocols = new Set<string | null>();
  #server: Server;
  #epoch = 0;
  #log: Verdict[] = [];
  #wake: (() => void)[] = [];

  constructor(pki: Pki) {
    this.#server = createServer(
      {
        cert: pem(pki, "server.crt"),
        key: pem(pki, "server.key"),
        ca: pem(pki, "agents-trust.pem"),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on("secureConnection", (socket) => this.protocols.add(socket.getProtocol()));
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Loses everything that was taken, as a wiped Redis does. */
  lose(generation: string): void {
    this.generation = generation;
    this.#log = [];
    this.#notify();
  }

  tell(...verdicts: Verdict[]): void {
    this.#log.push(...verdicts);
    this.#notify();
  }

  take(body: string): PostTapsResponse {
    const { epoch, taps } = postTapsSchema.parse(JSON.parse(body));
    this.#epoch = epoch;
    const results = taps.map((raw) => {
      const tap = submittedTapSchema.parse(raw);
      this.payloads.set(tap.seq, tap.payload);
      const verdict = this.verdictOf(tap.seq);
      if (verdict !== null) this.tell(verdict);
      return { seq: tap.seq, status: 202 as const, ack: "durable" as const };
    });
    return { generation: this.generation, results };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith("/v1/receipts") === true) return this.#receipts(request, response);
    let body = "";
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return;
    }
    const { taps } = postTapsSchema.parse(JSON.parse(body));
    this.posts.push(taps.map((tap) => submittedTapSchema.parse(tap).seq));
    const fault = this.faults.shift();
    if (fault?.(request, response, body) !== true && !response.destroyed)
      reply(response, 202, this.take(body));
  }

  async #receipts(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? "", "https://x").searchParams;
    this.cursors.push(query.get("after") ?? "");
    const after = Number(query.get("after"));
    const { generation } = this;
    const deadline = performance.now() + Number(query.get("waitMs"));
    while (this.#log.length <= after && generation === this.generation && performance.now() < deadline)
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        setTimeout(resolve, Math.max(1, deadline - performance.now())).unref();
      });
    const verdicts = this.#log.slice(after);
    const receipt = { epoch: this.#epoch, level: "archived", atEpochMs: Date.now(), verdicts };
    const receipts = verdicts.length === 0 ? [] : [receipt];
    reply(response, 200, { generation: this.generation, next: String(this.#log.length), receipts });
  }

  #notify(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}
