import { request } from "node:http";
import { json } from "node:stream/consumers";
import { actRefused } from "@tapline/core/noops";

export type SocketAnswer = Readonly<{ status: number; body: unknown }>;

type Question = Readonly<{
  /** Method and path, as `GET /v1/landscape`. */
  target: string;
  body?: object;
  signal?: AbortSignal | undefined;
}>;

const answerWithinMs = 10_000;

/** Asks whoever listens on the socket at `path`. @throws a refusal `unavailable` where nobody answers */
export async function askSocket(path: string, { target, body, signal }: Question): Promise<SocketAnswer> {
  const [method, url] = target.split(" ");
  const timeout = AbortSignal.timeout(answerWithinMs);
  const until = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    return await new Promise<SocketAnswer>((resolve, reject) => {
      const asked = request({ socketPath: path, method, path: url, signal: until, agent: false });
      asked.once("error", reject);
      asked.once("response", (response) => {
        json(response).then((told) => resolve({ status: response.statusCode ?? 0, body: told }), reject);
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw supervisorAway(path, cause);
  }
}

export function supervisorAway(path: string, cause?: unknown): Error {
  return actRefused("unavailable", `the supervisor does not answer at ${path}`, {
    remedy: "see whether npm start runs on that data folder, and as the same user",
    cause,
  });
}
