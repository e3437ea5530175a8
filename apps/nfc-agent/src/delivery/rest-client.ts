import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { problemSchema } from "@tapline/core/kernel";
import {
  type AgentLog,
  agentCanHeader,
  canSendLog,
  type PostTapsResponse,
  postTapsResponseSchema,
  type ReceiptsResponse,
  type ReportAnswer,
  receiptsResponseSchema,
  reportAnswerSchema,
} from "@tapline/core/tap";
import { Agent, type Dispatcher } from "undici";
import { z } from "zod";
import type { TapRecord } from "../outbox/index.ts";
import { retryAfterMs } from "./backoff.ts";
import { type BatchTrace, type Credentials, untraced } from "./link.ts";
import { type Setback, setback, setbackOf } from "./setback.ts";

export type RestClientOptions = {
  /** Origin of the ingest server, https. */
  url: string;
  credentials: Credentials;
  /** How long to wait for an answer, ms. */
  answerMs: number;
};

/** What came of a request: the server's own word in the agreed form, or a setback. */
export type Outcome<Answer> = { kind: "answered"; answer: Answer } | { kind: "setback"; setback: Setback };

const longestAnswerBytes = 8 * 1024 * 1024;
/** Shorter bodies fit into one packet as they are. */
const packedFromBytes = 1024;
/** Statuses whose body is an answer to a batch (see `postTapsResponseSchema`). */
const batchStatuses: readonly number[] = [200, 202, 207, 400];
/** Taps, receipts, and a report beside them. */
const connections = 3;

type Request = {
  method: "GET" | "POST";
  path: string;
  body?: string;
  signal: AbortSignal;
  traceparent?: string;
  headers?: Readonly<Record<string, string>>;
};
type Schema<Answer> = { safeParse(value: unknown): { success: true; data: Answer } | { success: false } };

const pack = promisify(gzip);

/** Speaks the REST form of the ingest contract over TLS 1.3 with the agent's certificate. Never throws. */
export class RestClient {
  readonly #options: RestClientOptions;
  readonly #agent: Agent;

  constructor(options: RestClientOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { ...options.credentials, minVersion: "TLSv1.3", timeout: 5000 },
      maxResponseSize: longestAnswerBytes,
    });
  }

  /** `POST /v1/taps` */
  postTaps(
    epoch: number,
    taps: readonly TapRecord[],
    signal: AbortSignal,
    { traceparent, of }: BatchTrace = untraced,
  ): Promise<Outcome<PostTapsResponse>> {
    const body = JSON.stringify({
      epoch,
      taps: taps.map(({ seq, readAtEpochMs, reader, raw }) => ({
        seq,
        readAtEpochMs,
        reader,
        payload: raw.toString("base64"),
        ...(of(seq) === "" ? {} : { traceparent: of(seq) }),
      })),
    });
    const request = { method: "POST", path: "/v1/taps", body, signal, traceparent } as const;
    return this.#ask(request, 0, batchStatuses, postTapsResponseSchema);
  }

  /** `GET /v1/receipts`, which the server holds open for up to `waitMs`. */
  getReceipts(after: string, waitMs: number, signal: AbortSignal): Promise<Outcome<ReceiptsResponse>> {
    const path = `/v1/receipts?${new URLSearchParams({ after, waitMs: String(waitMs) })}`;
    return this.#ask({ method: "GET", path, signal } as const, waitMs, [200], receiptsResponseSchema);
  }

  /** `POST /v1/report` with a report as JSON; says that the server may ask for this agent's log in the answer. */
  postReport(report: string, signal: AbortSignal): Promise<Outcome<ReportAnswer>> {
    const headers = { [agentCanHeader]: canSendLog };
    const request = { method: "POST", path: "/v1/report", body: report, signal, headers } as const;
    return this.#ask(request, 0, [200], reportAnswerSchema);
  }

  /** `POST /v1/log`, where the answer to a report has asked for it. */
  postLog(log: AgentLog, signal: AbortSignal): Promise<Outcome<unknown>> {
    const request = { method: "POST", path: "/v1/log", body: JSON.stringify(log), signal } as const;
    return this.#ask(request, 0, [204], z.undefined());
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask<Answer>(
    request: Request,
    waitMs: number,
    answerStatuses: readonly number[],
    schema: Schema<Answer>,
  ): Promise<Outcome<Answer>> {
    try {
      const answerMs = waitMs + this.#options.answerMs;
      const { body: text, traceparent = "", headers, ...rest } = request;
      const packs = text !== undefined && text.length >= packedFromBytes;
      const body = packs ? await pack(text, { level: constants.Z_BEST_SPEED }) : text;
      const response = await this.#agent.request({
        origin: this.#options.url,
        ...rest,
        ...(body === undefined ? {} : { body }),
        headers: {
          ...headers,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(packs ? { "content-encoding": "gzip" } : {}),
          ...(traceparent === "" ? {} : { traceparent }),
        },
        headersTimeout: answerMs,
        bodyTimeout: answerMs,
      });
      const answerBody = parseJson(await response.body.text());
      const answer = schema.safeParse(answerBody);
      if (answer.success && answerStatuses.includes(response.statusCode))
        return { kind: "answered", answer: answer.data };
      return { kind: "setback", setback: judge(response, answerBody) };
    } catch (error) {
      return { kind: "setback", setback: setbackOf(error) };
    }
  }
}

function judge(response: Dispatcher.ResponseData, body: unknown): Setback {
  const status = response.statusCode;
  const parsed = problemSchema.safeParse(body);
  const detail = parsed.success ? parsed.data.detail : `status ${status}`;
  if (status === 429 || status === 503)
    return setback("busy", detail, retryAfterMs(response.headers["retry-after"], Date.now()));
  if (status === 413) return setback("too-large", detail);
  if (status === 404) return setback("not-served", detail);
  if (status === 401 && parsed.success) return setback("unauthenticated", detail);
  if (status === 403 && parsed.success) return setback("revoked", detail);
  return setback("not-agreed", detail);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
