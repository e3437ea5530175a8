import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { issueHierarchy } from "@tapline/core/encryption";
import {
  agentCanHeader,
  canSendLog,
  type LogWanted,
  type PostTapsResponse,
  postTapsSchema,
  submittedTapSchema,
} from "@tapline/core/tap";
import { IngestLedger } from "./ingest-ledger.fixture.ts";
import type { Credentials } from "./link.ts";

export type Pki = Awaited<ReturnType<typeof issueHierarchy>>;

export function issuePki(hosts: string[] = [], nowEpochMs = Date.now()): Promise<Pki> {
  return issueHierarchy({ nowEpochMs, organisation: "Test", agents: ["local"], hosts });
}

export const pem = (pki: Pki, name: string): string => pki[name]?.pem ?? "";

/** Authorities that a test server takes agents of, and those that agents trust: one bundle. */
export const authorities = (pki: Pki): string =>
  Object.entries(pki)
    .filter(([name]) => name === "root.crt" || name === "agents.crt")
    .map(([, { pem: text }]) => text)
    .join("\n");

export const credentialsOf = (pki: Pki): Credentials => ({
  ca: pem(pki, "root.crt"),
  cert: pem(pki, "agent-local.crt"),
  key: pem(pki, "agent-local.key"),
});

/** A fault to play once: answers (or not) in place of the server. Returns false to go on as always. */
export type Fault = (request: IncomingMessage, response: ServerResponse, body: string) => boolean;

export const reply = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

/** A small ingest server over mutual TLS 1.3, with faults to order. */
export class IngestServer {
  readonly ledger: IngestLedger;
  /** Faults for the next posts, one each. */
  faults: Fault[] = [];
  /** Plays for every request, where it is set. */
  always: Fault | null = null;
  /** Posts as they came: numbers of taps. */
  readonly posts: number[][] = [];
  readonly cursors: string[] = [];
  readonly reports: string[] = [];
  /** What is asked of agents that say they can tell it, and what they have sent. */
  logWanted: LogWanted | null = null;
  readonly logs: unknown[] = [];
  /** Requests whose body came packed. */
  packed = 0;
  protocols = new Set<string | null>();
  #server: Server;

  constructor(pki: Pki, ledger = new IngestLedger()) {
    this.ledger = ledger;
    this.#server = createServer(
      {
        cert: pem(pki, "server.crt"),
        key: pem(pki, "server.key"),
        ca: authorities(pki),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on("secureConnection", (socket) => this.protocols.add(socket.getProtocol()));
  }

  async listen(port = 0, host = "127.0.0.1"): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    return `https://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  take(body: string): PostTapsResponse {
    const { epoch, taps } = postTapsSchema.parse(JSON.parse(body));
    const results = taps.map((raw) => {
      const tap = submittedTapSchema.parse(raw);
      this.ledger.take(epoch, tap.seq, tap.payload);
      return { seq: tap.seq, status: 202 as const, ack: "durable" as const };
    });
    return { generation: this.ledger.generation, results };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await this.#bodyOf(request);
    if (body === null || this.always?.(request, response, body) === true) return;
    if (request.url?.startsWith("/v1/receipts") === true) return this.#receipts(request, response);
    if (request.url === "/v1/report") {
      this.reports.push(body);
      const at = Date.now();
      const asksLog = this.logWanted !== null && request.headers[agentCanHeader] === canSendLog;
      const log = asksLog ? { log: this.logWanted } : {};
      reply(response, 200, { receivedAtEpochMs: at, answeredAtEpochMs: at, directive: null, ...log });
      return;
    }
    if (request.url === "/v1/log") {
      this.logs.push(JSON.parse(body));
      response.writeHead(204).end();
      return;
    }
    const { taps } = postTapsSchema.parse(JSON.parse(body));
    this.posts.push(taps.map((tap) => submittedTapSchema.parse(tap).seq));
    const fault = this.faults.shift();
    if (fault?.(request, response, body) !== true && !response.destroyed)
      reply(response, 202, this.take(body));
  }

  async #bodyOf(request: IncomingMessage): Promise<string | null> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return null;
    }
    const body = Buffer.concat(chunks);
    if (request.headers["content-encoding"] !== "gzip") return body.toString();
    this.packed += 1;
    return gunzipSync(body).toString();
  }

  async #receipts(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ledger } = this;
    const query = new URL(request.url ?? "", "https://x").searchParams;
    this.cursors.push(query.get("after") ?? "");
    const after = Number(query.get("after"));
    const { generation } = ledger;
    const deadline = performance.now() + Number(query.get("waitMs"));
    for (let ms = deadline - performance.now(); ms > 0; ms = deadline - performance.now()) {
      if (ledger.after(after).next > after || generation !== ledger.generation || response.destroyed) break;
      await ledger.news(ms);
    }
    const { next, verdicts } = ledger.after(after);
    const receipt = { epoch: ledger.epoch, level: "archived", atEpochMs: Date.now(), verdicts };
    const receipts = verdicts.length === 0 ? [] : [receipt];
    if (!response.destroyed)
      reply(response, 200, { generation: ledger.generation, next: String(next), receipts });
  }
}
