import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@tapline/core/kernel";
import type { PostTapsResponse, TapResult } from "@tapline/core/tap";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox } from "../outbox/index.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import { IngestClient } from "./ingest-client.ts";
import { type Fault, IngestServer, issuePki, type Pki, pem, reply } from "./ingest-server.fixture.ts";

let pki: Pki;
let root = "";
let server: IngestServer;
let url = "";
let outbox: Outbox;
const started: Delivery[] = [];
const notices: { text: string; facts: Record<string, unknown> }[] = [];
const ends = new Map<number, string>();

beforeAll(async () => {
  pki = await issuePki();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-delivery-"));
  outbox = await Outbox.open({ dir: root, maxBytes: 64 << 20, now: Date.now, onFailure });
  server = new IngestServer(pki);
  url = await server.listen();
  notices.length = 0;
  ends.clear();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((delivery) => delivery.stop()));
  await server.close().catch(() => {});
  await outbox.close();
  await rm(root, { recursive: true, force: true });
});

function onFailure(error: unknown): void {
  throw error;
}

function deliver(options: Partial<DeliveryOptions> = {}, answerMs = 5000): Delivery {
  const client = new IngestClient({
    url,
    ca: pem(pki, "root.crt"),
    cert: pem(pki, "agent-local.crt"),
    key: pem(pki, "agent-local.key"),
    connections: 4,
    answerMs,
  });
  const delivery = new Delivery({
    outbox,
    client,
    monotonic: () => performance.now(),
    // No jitter: the shortest waits.
    random: () => 0,
    onSettled: (settled) => {
      for (const { seq, outcome } of settled) ends.set(seq, outcome);
    },
    notify: (text, facts) => notices.push({ text, facts }),
    onFailure,
    ...options,
  });
  started.push(delivery);
  delivery.start();
  return delivery;
}

async function tap(delivery?: Delivery, raw = randomBytes(400)): Promise<number> {
  const seq = await outbox.append({ reader: "r1", readAtEpochMs: Date.now(), raw });
  delivery?.offer(seq);
  return seq;
}

const taps = (count: number, delivery?: Delivery) =>
  Promise.all(Array.from({ length: count }, () => tap(delivery)));
const allEnded = (count: number) =>
  vi.waitFor(() => expect([outbox.pending, ends.size]).toEqual([0, count]), { timeout: 8000 });
const noticed = (text: string) => notices.filter((notice) => notice.text.includes(text));
const taken = (body: string) => server.take(body);
const answering =
  (change: (answer: PostTapsResponse) => unknown, status = 202): Fault =>
  (_, response, body) => {
    reply(response, status, change(taken(body)));
    return true;
  };
const refusing = (status: number, name: "forbidden" | "invalid-tap" | "too-large" | "unavailable") => {
  const type = `urn:tapline:problem:${name}` as const;
  const problem: Problem = { type, title: "no", status, detail: "no", field: "/payload" };
  return { status, problem };
};

describe("delivery", () => {
  it("brings each tap to its end over TLS 1.3, byte for byte", async () => {
    const delivery = deliver();
    const raw = randomBytes(500);
    const seq = await tap(delivery, raw);
    await allEnded(1);
    expect(ends.get(seq)).toBe("archived");
    expect(server.payloads.get(seq)).toBe(raw.toString("base64"));
    expect([...server.protocols]).toEqual(["TLSv1.3"]);
    expect(delivery.connected).toBe(true);
  });

  it("sends a lone tap at once, and gathers batches under load", async () => {
    const delivery = deliver();
    await taps(2000, delivery);
    await allEnded(2000);
    expect(server.posts.length).toBeLessThan(200);
    expect(Math.max(...server.posts.map((post) => post.length))).toBeLessThanOrEqual(200);
    expect(server.posts.flat()).toHaveLength(2000);
  });

  it("sends what an earlier run left", async () => {
    await taps(450);
    deliver();
    await allEnded(450);
  });

  it("counts duplicates and rejections by their verdict, and passes over unknown numbers and epochs", async () => {
    server.verdictOf = (seq) =>
      seq === 1
        ? { seq, verdict: "duplicate", segment: null }
        : { seq, verdict: "rejected", reason: "bad-signature", detail: "no" };
    server.tell({ seq: 77, verdict: "rejected", reason: "schema", detail: "of an earlier life" });
    const delivery = deliver();
    await taps(2, delivery);
    await allEnded(2);
    expect([...ends.values()].sort()).toEqual(["duplicate", "rejected"]);
    expect(outbox.totals).toEqual({ taps: 2, archived: 0, duplicates: 1, rejected: 1 });
  });
});

describe("delivery through faults", () => {
  it.each<[string, Fault]>([
    ["the connection is reset in the middle of a request", (request) => !!request.socket.destroy()],
    [
      "the reply is lost after the server took the taps",
      (request, _, body) => {
        taken(body);
        return !!request.socket.destroy();
      },
    ],
    ["the answer is no JSON", (_, response) => reply(response, 200, "<html>") === undefined],
    ["the answer has another shape", (_, response) => reply(response, 202, { ok: true }) === undefined],
    ["the server fails", (_, response) => reply(response, 500, "oops") === undefined],
    ["the answer has too few results", answering((answer) => ({ ...answer, results: [] }))],
    [
      "the answer names other taps",
      answering((answer) => ({ ...answer, results: answer.results.map((one) => ({ ...one, seq: 999 })) })),
    ],
    [
      "each tap is told to come back",
      answering((answer) => ({
        ...answer,
        results: answer.results.map(({ seq }) => ({ seq, ...refusing(503, "unavailable") })),
      })),
    ],
    [
      "a proxy refuses the request",
      (_, response) => reply(response, 403, refusing(403, "forbidden").problem) === undefined,
    ],
  ])("loses nothing where %s", async (_, fault) => {
    server.faults = [fault, fault];
    const delivery = deliver();
    await taps(5, delivery);
    await allEnded(5);
    expect(server.payloads.size).toBe(5);
    await vi.waitFor(() => expect(noticed("does not serve sending")).not.toHaveLength(0));
    await vi.waitFor(() => expect(delivery.connected).toBe(true), { timeout: 3000 });
  });

  it("waits as long as Retry-After says", async () => {
    server.faults = [(_, response) => reply(response, 429, "", { "retry-after": "1" }) === undefined];
    const delivery = deliver();
    const beganMs = performance.now();
    await tap(delivery);
    await allEnded(1);
    expect(performance.now() - beganMs).toBeGreaterThan(950);
    expect(server.posts).toHaveLength(2);
  });

  it("lets a tap go that the door refuses, and no other of its batch", async () => {
    const half = (result: TapResult): TapResult =>
      Number(result.seq) % 2 === 0 ? { seq: result.seq, ...refusing(422, "invalid-tap") } : result;
    server.verdictOf = (seq) =>
      seq % 2 === 0 ? null : { seq, verdict: "archived", segment: crypto.randomUUID() };
    server.faults = [answering((answer) => ({ ...answer, results: answer.results.map(half) }), 207)];
    await taps(10);
    deliver();
    await allEnded(10);
    expect([...ends].filter(([, end]) => end === "rejected").map(([seq]) => seq)).toEqual([2, 4, 6, 8, 10]);
    expect(noticed("refused a tap at its door")[0]?.facts).toMatchObject({
      seq: 2,
      status: 422,
      field: "/payload",
    });
    expect(server.posts).toHaveLength(1);
  });

  it("does not take a batch that was refused whole for a lost buffer", async () => {
    server.verdictOf = () => null;
    const delivery = deliver();
    await tap(delivery);
    await vi.waitFor(() => expect(server.posts).toHaveLength(1));
    const refused = ({ seq }: TapResult) => ({ seq, ...refusing(400, "invalid-tap") });
    server.faults = [answering((answer) => ({ generation: "", results: answer.results.map(refused) }), 400)];
    await tap(delivery);
    await vi.waitFor(() => expect(ends.get(2)).toBe("rejected"));
    await tap(delivery);
    await vi.waitFor(() => expect(server.posts).toEqual([[1], [2], [3]]));
    expect(noticed("lost its buffer")).toHaveLength(0);
  });

  it("takes a batch apart that is too large, and lets only the tap go that is too large alone", async () => {
    const tooLarge: Fault = (_, response, body) => {
      const { taps: sent } = JSON.parse(body) as { taps: { seq: number }[] };
      if (sent.length === 1 && sent[0]?.seq !== 3) return false;
      reply(response, 413, refusing(413, "too-large").problem);
      return true;
    };
    server.faults = Array.from({ length: 20 }, () => tooLarge);
    await taps(8);
    deliver({ maxInFlight: 1 });
    await allEnded(8);
    expect([...ends].filter(([, end]) => end === "rejected").map(([seq]) => seq)).toEqual([3]);
  });

  it("sends all without a receipt again, and reads receipts from the first, where the buffer was lost", async () => {
    server.verdictOf = () => null;
    const delivery = deliver();
    await taps(30, delivery);
    await vi.waitFor(() => expect(server.payloads.size).toBe(30));
    server.tell({ seq: 1, verdict: "archived", segment: crypto.randomUUID() });
    await vi.waitFor(() => expect(ends.size).toBe(1));
    server.payloads.clear();
    server.verdictOf = (seq) => ({ seq, verdict: "archived", segment: crypto.randomUUID() });
    server.lose("g2");
    await allEnded(30);
    expect([...server.payloads.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 29 }, (_, index) => index + 2),
    );
    expect(server.cursors.slice(server.cursors.indexOf("1"))).toContain("0");
    expect(noticed("lost its buffer")).toHaveLength(1);
  });

  it("sends a tap again that has no receipt for long", async () => {
    server.verdictOf = () => null;
    const delivery = deliver({ resendAfterMs: 200 });
    await tap(delivery);
    await vi.waitFor(() => expect(server.posts.length).toBeGreaterThan(1), { timeout: 3000 });
    server.tell({ seq: 1, verdict: "archived", segment: crypto.randomUUID() });
    await allEnded(1);
    expect(noticed("without a receipt for long")).not.toHaveLength(0);
  });

  it("waits for a server that is away, and goes on when it is back", async () => {
    const { port } = new URL(url);
    await server.close();
    const delivery = deliver();
    await taps(20, delivery);
    await vi.waitFor(() => expect(noticed("does not serve")).not.toHaveLength(0));
    expect(delivery.connected).toBe(false);
    server = new IngestServer(pki);
    await server.listen(Number(port));
    await allEnded(20);
    await vi.waitFor(() => expect(delivery.connected).toBe(true));
  });

  it("gives up on an answer that never comes, and asks again", async () => {
    server.faults = [() => true];
    const delivery = deliver({}, 300);
    await tap(delivery);
    await allEnded(1);
  });

  it("stops at once in the middle of a long wait, and leaves taps in the outbox", async () => {
    server.verdictOf = () => null;
    const delivery = deliver();
    await tap(delivery);
    await vi.waitFor(() => expect(server.posts).toHaveLength(1));
    const beganMs = performance.now();
    await delivery.stop();
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect(outbox.pending).toBe(1);
  });
});
