import { request } from "node:http";
import { sha256Hex } from "@tapline/core/kernel";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { z } from "zod";
import { startApi, token } from "./api.fixture.ts";

let running: Awaited<ReturnType<typeof startApi>>;
beforeEach(async () => {
  running = await startApi();
});
afterEach(() => running.api.close());

async function json(path: string) {
  const response = await running.get(path);
  return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
}

/** `fetch` does not let a caller set Host. */
function statusWithHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, authorization: `Bearer ${token}` };
    request(`${running.api.url}/v1/status`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("the door of the local API", () => {
  it("wants the token for all that tells of taps, readers and status", async () => {
    for (const path of ["/v1/status", "/v1/readers", "/v1/taps", "/v1/taps/1?raw=1", "/v1/events", "/none"])
      for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: `Basic ${token}` }]) {
        const response = await running.get(path, headers as Record<string, string>);
        expect(response.status).toBe(401);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        expect(response.headers.get("www-authenticate")).toBe("Bearer");
      }
  });

  it("opens health, metrics and its own description to anybody on this machine", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"])
      expect((await running.get(path, {})).status).toBe(200);
  });

  it("refuses a Host that is not this machine, as a page with a rebound name would send", async () => {
    expect(await statusWithHost("evil.example.org")).toBe(403);
    expect(await statusWithHost("127.0.0.1.evil.example.org:7480")).toBe(403);
    for (const host of ["localhost:7480", "127.0.0.1", "[::1]:7480"])
      expect(await statusWithHost(host)).toBe(200);
  });

  it("lets pages of named origins call, and no others", async () => {
    const good = { origin: "https://kiosk.example.org", authorization: `Bearer ${token}` };
    const response = await running.get("/v1/status", good);
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe(good.origin);
    const asked = await fetch(`${running.api.url}/v1/status`, {
      method: "OPTIONS",
      headers: { origin: good.origin },
    });
    expect([asked.status, asked.headers.get("access-control-allow-methods")]).toEqual([204, "GET"]);
    for (const path of ["/v1/status", "/metrics"]) {
      const foreign = await running.get(path, { ...good, origin: "https://evil.example.org" });
      expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    }
  });

  it("has nothing that writes", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${running.api.url}/v1/taps`, { method, headers })).status).toBe(404);
    }
  });
});

describe("taps of the local API", () => {
  const pageSchema = z.object({ taps: z.array(z.object({ seq: z.int() })), next: z.int().nullable() });
  const seqs = async (query: string) => {
    const { taps, next } = pageSchema.parse((await json(`/v1/taps${query}`)).body);
    return [taps.map(({ seq }) => seq), next];
  };

  it("come newest first, page by page, filtered by reader and status", async () => {
    for (let seq = 1; seq <= 5; seq++) running.tap(seq, seq % 2 === 0 ? "door" : "desk");
    running.progress(2, "archived", true);
    expect(await seqs("?limit=2")).toEqual([[5, 4], 4]);
    expect(await seqs("?limit=2&before=4")).toEqual([[3, 2], 2]);
    expect(await seqs("?limit=2&before=2")).toEqual([[1], null]);
    expect(await seqs("?reader=door")).toEqual([[4, 2], null]);
    expect(await seqs("?status=archived")).toEqual([[2], null]);
  });

  it("tell their raw bytes only where asked", async () => {
    running.tap(1, "door", Buffer.from("secret"));
    const plain = await json("/v1/taps/1");
    expect(plain.body).toMatchObject({
      seq: 1,
      epoch: 7,
      bytes: 6,
      sha256: sha256Hex(Buffer.from("secret")),
    });
    expect(plain.body).not.toHaveProperty("raw");
    expect((await json("/v1/taps/1?raw=1")).body.raw).toBe(Buffer.from("secret").toString("base64"));
  });

  it("keep the last word on a tap", async () => {
    running.tap(1);
    running.progress(1, "accepted");
    running.progress(1, "durable");
    expect((await json("/v1/taps/1")).body).toMatchObject({ status: "accepted", final: false });
    running.progress(1, "archived", true);
    running.progress(1, "accepted");
    expect((await json("/v1/taps/1")).body).toMatchObject({ status: "archived", final: true });
  });

  it("are bounded, in number and in raw bytes", () => {
    const raw = Buffer.alloc(10_000);
    for (let seq = 1; seq <= 3000; seq++) running.tap(seq, "door", raw);
    expect(running.taps.get(1000)).toBeNull();
    expect(running.taps.get(1001)).not.toBeNull();
    expect(running.taps.raw(1001)).toBeNull();
    const kept = Array.from({ length: 2000 }, (_, index) => running.taps.raw(1001 + index));
    expect(kept.filter((one) => one !== null)).toHaveLength(Math.floor((8 * 1024 * 1024) / raw.length));
  });

  test.each(["?limit=0", "?limit=501", "?status=lost", "?before=x", "?more=1", "/0", "/x", "/1?raw=2"])(
    "%s is refused by name",
    async (query) => {
      const { status, body } = await json(`/v1/taps${query}`);
      expect([status, body.type]).toEqual([400, "urn:tapline:problem:invalid-request"]);
    },
  );

  it("that are not known are not found", async () => {
    expect((await json("/v1/taps/9")).status).toBe(404);
    expect((await json("/v1/readers/none")).body.type).toBe("urn:tapline:problem:not-found");
  });
});

describe("readers of the local API", () => {
  it("come by name, page by page, with what they did", async () => {
    for (const reader of ["c", "a/1 ü", "b"])
      running.events.emit({
        type: "reader",
        status: { reader, condition: "ready", detail: "", sinceEpochMs: 1 },
      });
    running.tap(1, "b");
    const first = await json("/v1/readers?limit=2");
    expect(first.body).toMatchObject({ readers: [{ reader: "a/1 ü" }, { reader: "b", taps: 1 }], next: "b" });
    expect((await json("/v1/readers?after=b")).body).toMatchObject({
      readers: [{ reader: "c" }],
      next: null,
    });
    expect((await json(`/v1/readers/${encodeURIComponent("a/1 ü")}`)).body.condition).toBe("ready");
  });
});

it("hides what went wrong inside, and tells the agent's log", async () => {
  await running.api.close();
  running = await startApi({
    status: () => {
      throw new Error("inner secret");
    },
  });
  const { status, body } = await json("/v1/status");
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain("inner secret");
  expect(running.errors).toHaveLength(1);
});
