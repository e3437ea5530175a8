import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents, Topic } from "../contracts/events.ts";

export type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface JoinedTopics {
  /** What every page follows. */
  always: readonly Topic[];
  /** What one page alone follows, with what to do once it is answered or known not to be. */
  ofPage: ReadonlyMap<Topic, () => void>;
  /** How long an answer may take, ms. */
  answerMs: number;
}

/**
 * Joins topics of a connection.
 * @returns whether all is joined that every page follows: a connection without is of no use. What one page alone follows a console of
 * another release may not know: it is not waited for.
 */
export async function joinTopics(socket: LiveSocket, topics: JoinedTopics): Promise<boolean> {
  const { always, ofPage, answerMs } = topics;
  for (const [topic, answered] of ofPage) void joinTopic(socket, topic, answerMs).then(answered);
  const joined = await Promise.all(always.map((topic) => joinTopic(socket, topic, answerMs)));
  return joined.every((isJoined) => isJoined);
}

/** @returns false where the console knows no such topic, or does not answer */
export function joinTopic(socket: LiveSocket, topic: Topic, answerMs: number): Promise<boolean> {
  return socket
    .timeout(answerMs)
    .emitWithAck("subscribe", topic)
    .catch(() => false);
}
