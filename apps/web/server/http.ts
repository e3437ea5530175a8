import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type Colour, messageOf, TaplineError } from "@tapline/core/kernel";
import { outcomeOfStatus, type ServedRequests } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { nonceHeader, type PageFacts, pageHeader } from "../contracts/page.ts";
import { acknowledgeByLink, type LinkParts, linkPath } from "./alerts/acknowledge-link.ts";
import { type ExportParts, exportByHttp, exportPath } from "./audit/export-route.ts";
import { clientAddressHeader } from "./auth/create-auth.ts";
import type { Viewer } from "./auth/viewer.ts";
import { clientAddress } from "./client-address.ts";
import { apiContentSecurityPolicy, contentSecurityPolicy, setSecurityHeaders } from "./security-headers.ts";
import { traced } from "./traced-request.ts";
import { unavailablePage } from "./unavailable-page.ts";

/** Who answers what; each gets requests with our headers set and forged ones dropped. */
export interface HttpParts {
  trpc: RequestListener;
  auth: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  next: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  viewerOf: (headers: IncomingMessage["headers"]) => Promise<Viewer | null>;
  links: LinkParts;
  exports: Omit<ExportParts, "viewerOf" | "logger">;
  /** The origins that we are, the one that browsers should use first. */
  origins: readonly [string, ...string[]];
  /** Names of the parts that do not answer; empty = ready. */
  notReady: () => Promise<string[]>;
  served: Pick<ServedRequests, "record">;
  /** `colour`: of this process; parts of a page come from the one that gave it. */
  site: Pick<PageFacts, "siteName" | "siteTimeZone"> & { oidc: { name: string } | undefined; colour: Colour };
  /** The live picture, where a fresh one can be had at once. */
  firstPicture: () => Promise<PageFacts["live"]>;
  /** Browsers come by TLS, and are told to come by nothing else. */
  isTls: boolean;
  /** How many proxies stand before us, each of which says whom it hears. */
  proxies: number;
  logger: Logger;
}

/** Without a session one sees these pages alone. */
const signInPath = "/sign-in";
const joinPath = "/join";
/** Drawn with figures in them: whoever opens one sees them before any script has run. */
const picturePaths = new Set(["/", "/wall"]);
/** The longest that sign-in takes is an address, a password, and a name. */
const maxAuthBodyBytes = 16 * 1024;
const openFiles = /^\/(?:_next\/static\/|icon\.svg$|notifications\.js$)/;

/** The one door: security headers, routing, and the sign-in gate in front of the pages. */
export function createHandler(parts: HttpParts): RequestListener {
  return (request, response) => {
    const startedAt = performance.now();
    const kind = kindOf(pathOf(request));
    response.once("finish", () =>
      parts.served.record(kind, outcomeOfStatus(response.statusCode), performance.now() - startedAt),
    );
    setSecurityHeaders(response, parts.isTls);
    for (const name of [pageHeader, nonceHeader, "content-security-policy"]) delete request.headers[name];
    request.headers[clientAddressHeader] = clientAddress(request, parts.proxies);
    route(parts, request, response).catch((error: unknown) => {
      parts.logger.error({ err: messageOf(error), path: pathOf(request) }, "a request failed");
      if (!response.headersSent) answer(response, 500, "internal error\n");
      else response.destroy();
    });
  };
}

/** What a request is counted as. */
function kindOf(path: string): string {
  if (path === "/healthz" || path === "/readyz") return "probe";
  if (path.startsWith("/api/trpc/")) return "tRPC";
  if (path === exportPath) return "export";
  if (path.startsWith("/api/")) return "sign-in";
  return openFiles.test(path) ? "file" : "page";
}

async function route(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === "/healthz") return answer(response, 200, "ok\n");
  if (path === "/readyz") {
    const missing = await parts.notReady();
    if (missing.length === 0) return answer(response, 200, "ready\n");
    return answer(response, 503, `not ready: ${missing.join(", ")}\n`);
  }
  if (path.startsWith("/api/")) {
    response.setHeader("Content-Security-Policy", apiContentSecurityPolicy);
    response.setHeader("Cache-Control", "no-store");
    if (isForeign(parts, request)) return answer(response, 403, "not from this origin\n");
    if (path.startsWith("/api/trpc/"))
      return void traced(request, response, () => parts.trpc(request, response));
    if (path.startsWith("/api/auth/")) return auth(parts, request, response);
    if (path === exportPath) return exportByHttp({ ...parts, ...parts.exports }, request, response);
    return answer(response, 404, "not found\n");
  }
  if (openFiles.test(path)) return parts.next(request, response);
  if (path.startsWith(linkPath)) {
    if (isForeign(parts, request)) return answer(response, 403, "not from this origin\n");
    const nonce = randomBytes(18).toString("base64");
    response.setHeader("Content-Security-Policy", contentSecurityPolicy(nonce, socketOrigin(parts, request)));
    response.setHeader("Cache-Control", "no-store");
    return acknowledgeByLink(parts.links, request, response, nonce);
  }
  return page(parts, request, response);
}

/** Sign-in reads a body whole before it looks at anything: only a short one of a stated length gets there. */
async function auth(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isUnbounded = request.headers["transfer-encoding"] !== undefined;
  const isTooLong = Number(request.headers["content-length"] ?? 0) > maxAuthBodyBytes;
  if (!isUnbounded && !isTooLong) return parts.auth(request, response);
  response.setHeader("Connection", "close");
  if (isUnbounded) return answer(response, 411, "a body needs a content-length\n");
  return answer(response, 413, `a body here is at most ${maxAuthBodyBytes} bytes\n`);
}

/** Another origin's page may not make the browser act in our user's name, whatever the cookie rules let through. */
function isForeign(parts: HttpParts, request: IncomingMessage): boolean {
  const { origin } = request.headers;
  const mayAct = request.method !== "GET" && request.method !== "HEAD";
  return mayAct && origin !== undefined && !parts.origins.includes(origin);
}

async function page(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const nonce = randomBytes(18).toString("base64");
  const policy = contentSecurityPolicy(nonce, socketOrigin(parts, request));
  response.setHeader("Content-Security-Policy", policy);
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Set-Cookie", colourCookie(parts));
  let viewer: Viewer | null;
  try {
    viewer = await parts.viewerOf(request.headers);
  } catch (error) {
    if (!(error instanceof TaplineError)) throw error;
    parts.logger.warn({ err: messageOf(error.cause) }, error.message);
    response.setHeader("Retry-After", "5");
    return answer(response, 503, unavailablePage(nonce, error.message, error.remedy ?? ""), "text/html");
  }
  const path = pathOf(request);
  if (viewer === null && path !== signInPath && path !== joinPath)
    return redirect(response, signInUrl(request));
  if (viewer !== null && path === signInPath) return redirect(response, "/");
  // Next puts the nonce that it finds in the request's policy on everything that it renders.
  request.headers["content-security-policy"] = policy;
  request.headers[nonceHeader] = nonce;
  request.headers[pageHeader] = encodeFacts({
    siteName: parts.site.siteName,
    siteTimeZone: parts.site.siteTimeZone,
    provider: parts.site.oidc?.name ?? null,
    live: picturePaths.has(path) && viewer?.sites === null ? await parts.firstPicture() : null,
    viewer: viewer && {
      ...{ id: viewer.userId, name: viewer.name, email: viewer.email, role: viewer.role },
      sites: viewer.sites,
    },
  });
  return parts.next(request, response);
}

/** Two releases side by side have scripts of other names: whoever shares requests out goes by this (istio/mesh/web-routes.yaml). */
function colourCookie({ site, isTls }: HttpParts): string {
  return `tapline-colour=${site.colour}; Path=/_next/static/; HttpOnly; SameSite=Lax${isTls ? "; Secure" : ""}`;
}

/** Where a page's live socket leads. What the client calls us only chooses among our own origins. */
function socketOrigin({ origins }: HttpParts, request: IncomingMessage): string {
  const called = origins.find((origin) => new URL(origin).host === request.headers.host);
  return (called ?? origins[0]).replace(/^http/, "ws");
}

function encodeFacts(facts: PageFacts): string {
  return Buffer.from(JSON.stringify(facts)).toString("base64url");
}

function signInUrl(request: IncomingMessage): string {
  const from = request.url ?? "/";
  return from === "/" ? signInPath : `${signInPath}?from=${encodeURIComponent(from)}`;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location }).end();
}

function answer(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8` }).end(body);
}
