import { createServer, request } from "node:http";
import { TaplineError } from "@tapline/core/kernel";
import { ServedRequests } from "@tapline/core/telemetry";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import type { PageFacts } from "../contracts/page.ts";
import type { LinkParts } from "./alerts/acknowledge-link.ts";
import type { Viewer } from "./auth/viewer.ts";
import { createHandler, type HttpParts } from "./http.ts";
import { listen } from "./listen.ts";

const ada: Viewer = {
  userId: "u",
  sessionId: "s",
  name: "Ada",
  email: "ada@console.test",
  role: "viewer",
  sites: null,
  isToken: false,
};
const site = { siteName: "Site", siteTimeZone: "Europe/Berlin", oidc: undefined, colour: "blue" } as const;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(given: Partial<HttpParts> = {}): Promise<string> {
  const server = createServer(
    createHandler({
      trpc: (_request, response) => void response.end("trpc"),
      auth: async (_request, response) => void response.end("auth"),
      next: async (request, response) =>
        void response.end(JSON.stringify({ facts: request.headers["x-tapline-page"], url: request.url })),
      viewerOf: async () => ada,
      links: { desk: {} as LinkParts["desk"], key: undefined, clock: Date.now },
      exports: {} as HttpParts["exports"],
      origins: ["http://console.test", "http://localhost:7400"],
      notReady: async () => [],
      served: new ServedRequests(),
      ...{
        site,
        firstPicture: async () => null,
        isTls: false,
        proxies: 0,
        logger: pino({ level: "silent" }),
      },
      ...given,
    }),
  );
  closing.push(() => void server.close());
  return `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}`;
}

test("a page says which release its scripts are of, to where scripts come from alone; by TLS, over TLS alone", async () => {
  const cookie = async (given: Partial<HttpParts>, path = "/") =>
    (await fetch(`${await serve(given)}${path}`)).headers.get("set-cookie");
  const ofGreen = { site: { ...site, colour: "green" as const } };
  const told = "tapline-colour=green; Path=/_next/static/; HttpOnly; SameSite=Lax";
  expect(await cookie(ofGreen)).toBe(told);
  expect(await cookie({ ...ofGreen, isTls: true })).toBe(`${told}; Secure`);
  expect(await cookie({})).toContain("tapline-colour=blue;");
  expect(await cookie(ofGreen, "/_next/static/x.js")).toBeNull();
  expect(await cookie(ofGreen, "/api/trpc/x")).toBeNull();
});

test("a page is told who looks at it, and a client cannot tell it so", async () => {
  const origin = await serve();
  const forged = { headers: { "x-tapline-page": "forged" } };
  expect(await factsOf(origin, forged)).toEqual({
    siteName: "Site",
    siteTimeZone: "Europe/Berlin",
    provider: null,
    live: null,
    viewer: { id: "u", name: "Ada", email: "ada@console.test", role: "viewer", sites: null },
  });
});

async function factsOf(url: string, request: RequestInit = {}): Promise<object> {
  const { facts } = (await (await fetch(url, request)).json()) as { facts: string };
  return JSON.parse(Buffer.from(facts, "base64url").toString());
}

test("the Overview and the wall are told the live picture to begin with, and no other page is", async () => {
  const origin = await serve({ firstPicture: async () => ({ atEpochMs: 7 }) as PageFacts["live"] });
  expect(await factsOf(`${origin}/?x=1`)).toMatchObject({ live: { atEpochMs: 7 } });
  expect(await factsOf(`${origin}/wall`)).toMatchObject({ live: { atEpochMs: 7 } });
  expect(await factsOf(`${origin}/agents`)).toMatchObject({ live: null });
});

test("where the session cannot be checked, a page of its own says so; nobody is sent to sign in", async () => {
  const away = new TaplineError("unavailable", "PostgreSQL <does> not answer", { remedy: "start it" });
  const origin = await serve({ viewerOf: () => Promise.reject(away) });
  const response = await fetch(origin, { redirect: "manual" });
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  const text = await response.text();
  expect(text).toContain("PostgreSQL &#60;does&#62; not answer");
  expect(text).toContain("start it");
});

test("readiness names the parts that are missing; health needs none of them", async () => {
  const origin = await serve({ notReady: async () => ["redis"] });
  const ready = await fetch(`${origin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, "not ready: redis\n"]);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
});

test("a write from another origin is refused before anything reads it", async () => {
  const origin = await serve();
  const post = (from: string) =>
    fetch(`${origin}/api/auth/sign-out`, { method: "POST", headers: { origin: from } });
  expect((await post("http://evil.test")).status).toBe(403);
  expect((await post("http://console.test")).status).toBe(200);
});

/** A request as no browser would send it; resolves to its answer. */
function send(origin: string, headers: Record<string, string>, body?: string) {
  return new Promise<{ status: number | undefined; policy: string }>((resolve, reject) => {
    const sent = request(origin, { method: body === undefined ? "GET" : "POST", headers }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode,
        policy: String(response.headers["content-security-policy"]),
      });
    });
    sent.on("error", reject);
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

test("sign-in gets no body above 16 KiB, and none of unknown length", async () => {
  let asked = 0;
  const origin = await serve({
    auth: async (_request, response) => {
      asked += 1;
      response.end("auth");
    },
  });
  const post = (headers: Record<string, string>, body: string) =>
    send(`${origin}/api/auth/sign-in/email`, headers, body);
  const full = "x".repeat(16_384);
  expect((await post({ "content-length": "16385" }, `${full}x`)).status).toBe(413);
  expect((await post({ "transfer-encoding": "chunked" }, "x")).status).toBe(411);
  expect(asked).toBe(0);
  expect((await post({ "content-length": "16384" }, full)).status).toBe(200);
});

test("a page's policy names a socket of ours alone, whatever the Host header says", async () => {
  const origin = await serve();
  const policyFor = async (host: string) => (await send(origin, { host })).policy;
  expect(await policyFor("localhost:7400")).toContain("connect-src 'self' ws://localhost:7400;");
  for (const host of ["evil.test", "console.test; script-src *", "x http://evil.test"])
    expect(await policyFor(host)).toContain("connect-src 'self' ws://console.test;");
});

test("files of the build need no session; unknown doors are closed", async () => {
  const origin = await serve({ viewerOf: async () => null });
  for (const file of ["_next/static/chunk.js", "notifications.js"])
    expect((await fetch(`${origin}/${file}`, { redirect: "manual" })).status).toBe(200);
  expect((await fetch(`${origin}/api/other`)).status).toBe(404);
  expect((await fetch(`${origin}/_next/image?url=x`, { redirect: "manual" })).status).toBe(303);
});

test("a fault is a plain 500 without its text", async () => {
  const origin = await serve({ next: () => Promise.reject(new Error("secret of the inside")) });
  const response = await fetch(origin);
  expect([response.status, await response.text()]).toEqual([500, "internal error\n"]);
});
