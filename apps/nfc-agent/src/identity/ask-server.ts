import { problemSchema, TaplineError } from "@tapline/core/kernel";
import { Agent, request } from "undici";
import { explainFailure } from "./explain-failure.ts";

/** How a server is asked for trust, a certificate, or a new one. */
export type Question = {
  /** Origin, https. */
  readonly server: string;
  readonly path: "/v1/trust" | "/v1/enrol" | "/v1/renew";
  /** Sent as JSON by POST; absent: GET. */
  readonly body?: object;
  /** PEM: the authority that the server's certificate must come from; null believes anybody, for public facts only. */
  readonly ca: string | null;
  readonly client?: { readonly certPem: string; readonly keyPem: string };
};

const answerMs = 15_000;
const maxAnswerBytes = 64 * 1024;

/**
 * Asks over TLS 1.3, on a connection of its own.
 * @returns the answer's JSON, of a form that `schema` allows
 * @throws TaplineError what went wrong, with its remedy; facts.reason is stable
 */
export async function askServer<Answer>(
  question: Question,
  schema: { safeParse(value: unknown): { success: true; data: Answer } | { success: false } },
): Promise<Answer> {
  const { server, path, body, ca, client } = question;
  const trust = ca === null ? { rejectUnauthorized: false } : { ca };
  const own = client === undefined ? {} : { cert: client.certPem, key: client.keyPem };
  const dispatcher = new Agent({
    connect: { ...trust, ...own, minVersion: "TLSv1.3", timeout: 10_000 },
    maxResponseSize: maxAnswerBytes,
  });
  try {
    const answer = await request(`${server}${path}`, {
      dispatcher,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
      ...{ headersTimeout: answerMs, bodyTimeout: answerMs },
    });
    const value = parseJson(await answer.body.text());
    const parsed = schema.safeParse(value);
    if (answer.statusCode === 200 && parsed.success) return parsed.data;
    throw refusal(server, answer.statusCode, value);
  } catch (error) {
    throw explainFailure(server, error);
  } finally {
    await dispatcher.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A token's fate and a revocation are told by problem types of their own. */
const askAnew = "ask an admin for a new token: tapline agent token --id …";
const final: Readonly<Record<string, string>> = {
  "token-unknown": askAnew,
  "token-used": askAnew,
  "token-expired": askAnew,
  revoked: "ask an admin; enrol this machine again with a new token",
  unauthenticated: "enrol this machine again with a new token",
  forbidden: "enrol this machine again with a new token",
};

function refusal(server: string, status: number, body: unknown): TaplineError {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success)
    return new TaplineError(
      "misconfigured",
      `${server} does not answer as a Tapline server does (${status})`,
      {
        remedy: "check the address: it is the one that agents deliver to",
        facts: { reason: "not-tapline" },
      },
    );
  const { type, detail } = parsed.data;
  const reason = type.replace("urn:tapline:problem:", "");
  const remedy = final[reason];
  const facts = { reason, status };
  if (remedy !== undefined) {
    const code = reason === "revoked" || reason === "forbidden" ? "forbidden" : "unauthenticated";
    return new TaplineError(code, `the server refuses this machine: ${detail}`, { remedy, facts });
  }
  const isBusy = status === 429 || status === 503;
  return new TaplineError(isBusy ? "unavailable" : "misconfigured", `the server answers: ${detail}`, {
    remedy: isBusy ? "try again later" : "compare the versions of agent and server",
    facts,
  });
}
