import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { messageOf, traceIdOf } from "@tapline/core/kernel";
import { activeTrace } from "@tapline/telemetry/tracing";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Logger } from "pino";
import { maxCallsPerRequest, serverTimeHeader } from "../../contracts/api.ts";
import type { Viewer } from "../auth/viewer.ts";
import { appRouter } from "./app-router.ts";
import type { RequestContext } from "./init.ts";

/** What procedures have at hand, whoever asks. */
export interface TrpcParts extends Omit<RequestContext, "viewer" | "traceId"> {
  viewerOf: (headers: IncomingHttpHeaders) => Promise<Viewer | null>;
  logger: Logger;
}

/** Errors that are the caller's own affair. */
const callersOwn: readonly string[] = ["UNAUTHORIZED", "FORBIDDEN", "BAD_REQUEST", "NOT_FOUND", "CONFLICT"];

/** Answers `/api/trpc/…`. Each answer says the server's time. */
export function createTrpcHandler({ viewerOf, logger, ...parts }: TrpcParts): RequestListener {
  return createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    maxBodySize: 65_536,
    maxBatchSize: maxCallsPerRequest,
    createContext: ({ req }) => {
      let viewer: Promise<Viewer | null> | undefined;
      return {
        traceId: activeTrace()?.traceId ?? traceIdOf(req.headers.traceparent),
        ...parts,
        viewer: () => {
          viewer ??= viewerOf(req.headers);
          return viewer;
        },
      };
    },
    responseMeta: () => ({ headers: { [serverTimeHeader]: String(Date.now()) } }),
    onError: ({ error, path }) => {
      if (callersOwn.includes(error.code)) return;
      logger.warn({ path, code: error.code, err: messageOf(error.cause) }, error.message);
    },
  });
}
