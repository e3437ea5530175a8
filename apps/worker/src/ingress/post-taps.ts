import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { outcomeOfStatus, type ServedRequests } from "@tapline/core/telemetry";
import { assertGranted } from "./assert-granted.ts";
import type { BodyRate } from "./body-rate.ts";
import type { CreditStocks } from "./credits/credit-stocks.ts";
import type { Door } from "./door.ts";
import type { EpochLimits } from "./epoch-limits.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { type AgentIdentity, identityOf } from "./identity.ts";
import { parseBody } from "./parse-body.ts";
import { type FailureLog, problemAnswer, problemType } from "./problem-answer.ts";
import { readBody } from "./read-body.ts";
import { receiveBody } from "./receive-body.ts";
import { claimedEpoch, countTaps, type Taken, takeTaps } from "./take-taps.ts";
import type { DeliveryHooks } from "./taken-counts.ts";
import { type AdmissionParts, admit } from "./turned-away.ts";

const tapsPath = "/v1/taps";
/** What it is counted as. */
const served = `POST ${tapsPath}`;

const jsonType = "application/json; charset=utf-8";

export type PostTapsParts = AdmissionParts &
  DeliveryHooks & {
    readonly logger: FailureLog;
    readonly epochs: EpochLimits;
    readonly bodies: BodyRate;
    readonly door: Pick<Door, "take">;
    readonly credits: CreditStocks;
    readonly served: Pick<ServedRequests, "record">;
  };

/** True for a request that `postTaps` is to answer. */
export function isPostTaps({ method, url }: IncomingMessage): boolean {
  return method === "POST" && (url === tapsPath || url?.startsWith(`${tapsPath}?`) === true);
}

/**
 * Answers `POST /v1/taps` on Node's own HTTP, without a framework's chain: by far the most frequent request.
 * @param maxBytes most bytes of a body, packed and unpacked
 */
export function postTaps(parts: PostTapsParts, maxBytes: number, isClosing: () => boolean): RequestListener {
  const send = (
    response: ServerResponse,
    status: number,
    headers: Record<string, string>,
    body: object,
  ): void => {
    const text = JSON.stringify(body);
    headers["content-length"] = String(Buffer.byteLength(text));
    // Nobody sends more on a connection of a door that is going.
    if (isClosing()) headers.connection = "close";
    response.writeHead(status, headers).end(text);
  };
  const fail = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
    const { problem, headers } = problemAnswer(error, parts.logger);
    // What is left of a body that is too large is not waited for.
    const close = request.complete || !(error instanceof HttpRefusal) ? {} : { connection: "close" };
    send(response, problem.status, { ...headers, ...close }, problem);
  };
  return (request, response) => {
    const startedAt = performance.now();
    response.once("finish", () =>
      parts.served.record(served, outcomeOfStatus(response.statusCode), performance.now() - startedAt),
    );
    answer(request, parts, maxBytes).then(
      (taken) =>
        "problem" in taken
          ? send(response, taken.status, { "content-type": problemType }, taken.problem)
          : send(response, taken.status, { "content-type": jsonType }, taken.body),
      (error: unknown) => fail(request, response, error),
    );
  };
}

async function answer(request: IncomingMessage, parts: PostTapsParts, maxBytes: number): Promise<Taken> {
  // Before any body is read: who is not known costs a handshake and an answer, no more.
  const identity = identityOf(request.socket);
  admit(identity, "request", parts, request.headers.traceparent);
  parts.bodies.assertSparing(identity.agent, parts.clock());
  const bytes = await receiveBody(request, maxBytes);
  if (bytes.length > 0 && !isJson(request.headers["content-type"]))
    throw new HttpRefusal(415, "Unsupported Media Type: the door takes application/json");
  const spend = (unpacked: number): void => parts.bodies.spend(identity.agent, unpacked, parts.clock());
  const text = await readBody(bytes, request.headers["content-encoding"], maxBytes).catch(
    (error: unknown) => {
      // As much as it may have cost.
      spend(maxBytes);
      throw error;
    },
  );
  spend(text.length);
  return await take(parseBody(text), identity, request.headers.traceparent, parts);
}

async function take(
  body: unknown,
  { agent }: AgentIdentity,
  traceparent: unknown,
  parts: PostTapsParts,
): Promise<Taken> {
  const delivered = { via: served, traceparent };
  const nowEpochMs = parts.clock();
  const epoch = claimedEpoch(body);
  if (epoch !== null) parts.epochs.assertSparing(agent, epoch, nowEpochMs);
  const credits = parts.credits.of(agent);
  const claimed = countTaps(body);
  const refusal = await credits.takeAll(claimed);
  if (refusal?.windowFull === true) parts.onTurnedAway(agent, claimed);
  assertGranted(agent, refusal);
  const unspent = (taps: number): void => credits.giveBack(taps);
  const taken = await takeTaps(body, agent, nowEpochMs, { door: parts.door, delivered, unspent }).catch(
    (error: unknown) => {
      parts.onTurnedAway(agent, claimed);
      throw error;
    },
  );
  const good = "problem" in taken ? [] : taken.good;
  const refused = "problem" in taken ? 1 : taken.body.results.length - good.length;
  parts.onTaken(agent, good, refused, parts.clock() - nowEpochMs);
  return taken;
}

/** Whether a `Content-Type` (RFC 9110 §8.3) is JSON, whatever its parameters. */
function isJson(contentType: string | undefined): boolean {
  return contentType === "application/json" || /^\s*application\/json\s*(?:;|$)/i.test(contentType ?? "");
}
