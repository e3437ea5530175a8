import { type Problem, problemSchema } from "@tapline/core/kernel";
import {
  type PostTapsResponse,
  postTapsResponseSchema,
  type ReceiptsResponse,
  receiptsResponseSchema,
} from "@tapline/core/tap";
import { Agent, type Dispatcher } from "undici";
import type { TapRecord } from "../outbox/index.ts";
import { retryAfterMs } from "./backoff.ts";

export type IngestClientOptions = {
  /** Origin of the ingest server, https. */
  url: string;
  /** PEM: the authority that the server's certificate must come from; no other is trusted. */
  ca: string;
  /** PEM: this agent's certificate with its chain, and its key. */
  cert: string;
  key: string;
  /** Most requests at once. */
  connections: number;
  /** How long to wait for an answer, ms. Default 15,000. */
  answerMs?: number;
};

/**
 * What came of a request. `answered` is the server's own word in the agreed form; `busy` asks to come back;
 * `refused` is a problem of the request as a whole; `failed` is everything else, from a cut wire to garbage.
 */
export type Outcome<Answer> = { kind: "answered"; answer: Answer } | Setback;

export type Setback =
  | { kind: "busy"; afterMs: number | null }
  | { kind: "refused"; status: number; problem: Problem }
  | { kind: "failed"; why: string };

/** A setback in words. */
export function whyOf(setback: Setback): string {
  if (setback.kind === "busy") return "the server is busy";
  if (setback.kind === "failed") return setback.why;
  return `refused with ${setback.status}: ${setback.problem.detail}`;
}

const longestAnswerBytes = 8 * 1024 * 1024;
/** Statuses whose body is an answer to a batch (see `postTapsResponseSchema`). */
const batchStatuses: readonly number[] = [200, 202, 207, 400];

/** Speaks the REST form of the ingest contract over TLS 1.3 with the agent's certificate. Never throws. */
export class IngestClient {
  readonly #options: IngestClientOptions;
  readonly #agent: Agent;

  constructor(options: IngestClientOptions) {
    this.#options = options;
    const { ca, cert, key, connections } = options;
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { ca, cert, key, minVersion: "TLSv1.3", timeout: 5000 },
      maxResponseSize: longestAnswerBytes,
    });
  }

  /** `POST /v1/taps` */
  postTaps(
    epoch: number,
    taps: readonly TapRecord[],
    signal: AbortSignal,
  ): Promise<Outcome<PostTapsResponse>> {
    const body = JSON.stringify({
      epoch,
      taps: taps.map(({ seq, readAtEpochMs, reader, raw }) => ({
        seq,
        readAtEpochMs,
        reader,
        payload: raw.toString("base64"),
      })),
    });
    const request = { method: "POST", path: "/v1/taps", body, signal } as const;
    return this.#ask(request, 0, batchStatuses, postTapsResponseSchema);
  }

  /** `GET /v1/receipts`, which the server holds open for up to `waitMs`. */
  getReceipts(after: string, waitMs: number, signal: AbortSignal): Promise<Outcome<ReceiptsResponse>> {
    const path = `/v1/receipts?${new URLSearchParams({ after, waitMs: String(waitMs) })}`;
    return this.#ask({ method: "GET", path, signal } as const, waitMs, [200], receiptsResponseSchema);
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask<Answer>(
    request: { method: "GET" | "POST"; path: string; body?: string; signal: AbortSignal },
    waitMs: number,
    answerStatuses: readonly number[],
    schema: { safeParse(value: unknown): { success: true; data: Answer } | { success: false } },
  ): Promise<Outcome<Answer>> {
    try {
      const answerMs = waitMs + (this.#options.answerMs ?? 15_000);
      const response = await this.#agent.request({
        origin: this.#options.url,
        ...request,
        headers: { "content-type": "application/json", accept: "application/json" },
        headersTimeout: answerMs,
        bodyTimeout: answerMs,
      });
      const body = parseJson(await response.body.text());
      const answer = schema.safeParse(body);
      if (answer.success && answerStatuses.includes(response.statusCode))
        return { kind: "answered", answer: answer.data };
      return judge(response, body);
    } catch (error) {
      return { kind: "failed", why: causeOf(error) };
    }
  }
}

function judge(response: Dispatcher.ResponseData, body: unknown): Setback {
  const status = response.statusCode;
  if (status === 429 || status === 503)
    return { kind: "busy", afterMs: retryAfterMs(response.headers["retry-after"], Date.now()) };
  const problem = problemSchema.safeParse(body);
  if (status >= 400 && problem.success) return { kind: "refused", status, problem: problem.data };
  return { kind: "failed", why: `an answer with status ${status} that is not in the agreed form` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Codes are enough for people to act on, and hold nothing private. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return `${code}${error.message}`;
}
