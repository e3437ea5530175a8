import { timingSafeEqual } from "node:crypto";
import { sha256, TaplineError } from "@tapline/core/kernel";
import type { FastifyReply, FastifyRequest } from "fastify";

export type GuardOptions = {
  token: string;
  /** Origins of web pages that may call, as browsers send them. */
  origins: readonly string[];
};

/** Paths that tell nothing private and need no token. */
const openPaths: readonly string[] = ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"];
const loopbackNames: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Lets in who names this machine, comes from a page that may call, and has the token. Runs before all else. */
export function guard({ token, origins }: GuardOptions) {
  const wanted = sha256(Buffer.from(token));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    refuseForeignHost(request);
    const { origin } = request.headers;
    if (origin !== undefined) {
      if (!origins.includes(origin))
        throw new TaplineError("forbidden", "pages of this origin may not call the agent (apiOrigins)");
      reply.headers(corsHeaders(origin));
      if (request.method === "OPTIONS") return reply.code(204).send();
    }
    if (openPaths.includes(request.url.split("?")[0] ?? "")) return undefined;
    const [scheme, given = ""] = (request.headers.authorization ?? "").split(" ");
    const isRight = timingSafeEqual(sha256(Buffer.from(given)), wanted);
    if (scheme?.toLowerCase() !== "bearer" || !isRight) {
      reply.header("www-authenticate", "Bearer");
      throw new TaplineError("unauthenticated", "send Authorization: Bearer with the token in api.token");
    }
    return undefined;
  };
}

/** A page elsewhere may make its own name lead to 127.0.0.1 (DNS rebinding); the Host header then gives it away. */
function refuseForeignHost(request: FastifyRequest): void {
  const host = (request.headers.host ?? "").toLowerCase();
  if (loopbackNames.includes(host.replace(/:\d{1,5}$/, ""))) return;
  throw new TaplineError("forbidden", "the Host header must name this machine: 127.0.0.1 or localhost");
}

function corsHeaders(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization, last-event-id",
    "access-control-allow-methods": "GET",
    "access-control-max-age": "600",
    vary: "origin",
  };
}
