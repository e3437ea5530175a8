import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { DeliveryOutcome } from "@tapline/core/alerts";
import { hasCode, messageOf } from "@tapline/core/kernel";
import type { SendGuard } from "./guards/index.ts";

/** Longer than a receiver that is well needs, ms: connection, answer and all. */
const usualTimeoutMs = 10_000;
/** Nobody reads what a receiver says; more than this of it is cut off. */
const maxAnswerBytes = 64 * 1024;
const idleConnectionMs = 30_000;

/** What no repetition mends: the receiver understood, and will not have it. */
const finalStatuses = new Set([400, 405, 406, 410, 411, 413, 414, 415, 422]);

/** What came of a request, and the status where there was an answer that is none of success. */
export type PostOutcome = DeliveryOutcome & { readonly status?: number };

/** Posts webhooks, and messages to push services: where the guard lets them, within a time, and never where an answer points to. */
export class WebhookSender {
  readonly #guard: SendGuard;
  readonly #timeoutMs: number;
  readonly #http = new HttpAgent({ keepAlive: true, timeout: idleConnectionMs });
  readonly #https = new HttpsAgent({ keepAlive: true, timeout: idleConnectionMs });

  /** @param options `timeoutMs`: how long one attempt may take, 10 s where nothing is said */
  constructor(guard: SendGuard, options: { readonly timeoutMs?: number } = {}) {
    this.#guard = guard;
    this.#timeoutMs = options.timeoutMs ?? usualTimeoutMs;
  }

  /** Never throws: what went wrong is in the outcome, without the address, which may be a secret. */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
  ): Promise<PostOutcome> {
    try {
      this.#guard.assertUrl(new URL(url));
      return outcomeOf(await this.#request(url, headers, body));
    } catch (error) {
      if (hasCode(error, "forbidden"))
        return { kind: "refused", fault: `${error.message}; ${error.remedy ?? ""}` };
      return { kind: "failed", fault: faultOf(error, this.#timeoutMs), retryAfterMs: null };
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #request(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
  ): Promise<Pick<IncomingMessage, "statusCode" | "headers">> {
    const isTls = url.startsWith("https:");
    const request = (isTls ? requestHttps : requestHttp)(url, {
      method: "POST",
      agent: isTls ? this.#https : this.#http,
      lookup: this.#guard.lookup,
      signal: AbortSignal.timeout(this.#timeoutMs),
      headers: {
        ...{ "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        ...{ "user-agent": "tapline", ...headers },
      },
    });
    return new Promise((resolve, reject) => {
      request.on("error", reject);
      request.on("response", (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          // The status is all that counts, and it is there.
          if (bytes > maxAnswerBytes) response.destroy();
        });
        response.on("error", () => undefined);
        response.on("close", () => resolve(response));
      });
      request.end(body);
    });
  }
}

function outcomeOf({
  statusCode = 0,
  headers,
}: Pick<IncomingMessage, "statusCode" | "headers">): PostOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: "sent" };
  const status = statusCode;
  const fault = `the receiver answered ${statusCode}`;
  if (statusCode >= 300 && statusCode < 400)
    return { kind: "refused", fault: `${fault}, and redirections are not followed`, status };
  if (finalStatuses.has(statusCode)) return { kind: "refused", fault, status };
  return { kind: "failed", fault, retryAfterMs: retryAfterOf(headers["retry-after"]), status };
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function retryAfterOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

function faultOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name))
    return `no answer within ${timeoutMs / 1_000} s`;
  const code = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
  return `no connection: ${code}`;
}
