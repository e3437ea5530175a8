import type { Clock } from "@tapline/core/kernel";
import type { LinkName } from "@tapline/core/tap";
import { grpcLink } from "./grpc-link.ts";
import type { Credentials, Link } from "./link.ts";
import { restLink } from "./rest-link.ts";

export type LinkOptions = {
  /** Origins of the ingest server, https: the stream's, and that of REST. */
  streamUrl: string;
  restUrl: string;
  /** Asked whenever a link is opened. */
  credentials: () => Credentials;
  monotonic: Clock;
  random: () => number;
  /** How long to wait for an answer, ms. Default 15,000. */
  answerMs?: number;
  /** Longest wait for receipts in one request of REST, ms. Default 25,000. */
  waitMs?: number;
  /** How often a stream is probed, and how long an answer may take, ms. Defaults 10,000 and 5,000. */
  pingEveryMs?: number;
  pingAnswerMs?: number;
};

/** Both ways to the server. */
export function linksTo(options: LinkOptions): Record<LinkName, Link> {
  const { credentials, answerMs = 15_000, monotonic, random } = options;
  const { pingEveryMs = 10_000, pingAnswerMs = 5000, waitMs = 25_000 } = options;
  return {
    grpc: grpcLink({ url: options.streamUrl, credentials, answerMs, pingEveryMs, pingAnswerMs }),
    rest: restLink({ url: options.restUrl, credentials, answerMs, waitMs, monotonic, random }),
  };
}
