import { randomBytes } from "node:crypto";
import type { Problem } from "@tapline/core/kernel";
import type { PostTapsResponse, TapResult } from "@tapline/core/tap";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rig } from "./delivery-rig.fixture.ts";
import { type Fault, IngestServer, reply } from "./ingest-server.fixture.ts";

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const taken = (body: string) => rig.rest.take(body);
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

describe("delivery by REST", () => {
  it("brings each tap to its end over TLS 1.3, byte for byte", async () => {
    const delivery = rig.byRest();
    const raw = randomBytes(500);
    const seq = await rig.tap(delivery, raw);
    await rig.allEnded(1);
    expect(rig.ends.get(seq)).toBe("archived");
    expect(rig.ledger.payloads.get(seq)).toBe(raw.toString("base64"));
    expect([...rig.rest.protocols]).toEqual(["TLSv1.3"]);
    expect(delivery.connected).toBe(true);
  });

  it("sends a lone tap at once, and gathers batches under load", async () => {
    const delivery = rig.byRest();
    await rig.taps(2000, delivery);
    await rig.allEnded(2000);
    expect(rig.rest.posts.length).toBeLessThan(200);
    expect(Math.max(...rig.rest.posts.map((post) => post.length))).toBeLessThanOrEqual(500);
    expect(rig.rest.posts.flat()).toHaveLength(2000);
  });

  it("sends what an earlier run left", async () => {
    await rig.taps(450);
    rig.byRest();
    await rig.allEnded(450);
  });

  it("counts duplicates and rejections by their verdict, and passes over unknown numbers and epochs", async () => {
    rig.ledger.verdictOf = (seq) =>
      seq === 1
        ? { seq, verdict: "duplicate", segment: null }
        : { seq, verdict: "rejected", reason: "bad-signature", detail: "no" };
    rig.ledger.tell({ seq: 77, verdict: "rejected", reason: "schema", detail: "of an earlier life" });
    const delivery = rig.byRest();
    await rig.taps(2, delivery);
    await rig.allEnded(2);
    expect([...rig.ends.values()].sort()).toEqual(["duplicate", "rejected"]);
    expect(rig.outbox.totals).toEqual({ taps: 2, archived: 0, duplicates: 1, rejected: 1 });
  });
});

describe("delivery by REST through faults", () => {
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
    rig.rest.faults = [fault, fault];
    const delivery = rig.byRest();
    await rig.taps(5, delivery);
    await rig.allEnded(5);
    expect(rig.ledger.payloads.size).toBe(5);
    await rig.until(() => expect(delivery.connected).toBe(true));
  });

  it("waits as long as Retry-After says", async () => {
    rig.rest.faults = [(_, response) => reply(response, 429, "", { "retry-after": "1" }) === undefined];
    const delivery = rig.byRest();
    const beganMs = performance.now();
    await rig.tap(delivery);
    await rig.allEnded(1);
    expect(performance.now() - beganMs).toBeGreaterThan(950);
    expect(rig.rest.posts).toHaveLength(2);
  });

  it("lets a tap go that the door refuses, and no other of its batch", async () => {
    const half = (result: TapResult): TapResult =>
      Number(result.seq) % 2 === 0 ? { seq: result.seq, ...refusing(422, "invalid-tap") } : result;
    rig.ledger.verdictOf = (seq) =>
      seq % 2 === 0 ? null : { seq, verdict: "archived", segment: crypto.randomUUID() };
    rig.rest.faults = [answering((answer) => ({ ...answer, results: answer.results.map(half) }), 207)];
    await rig.taps(10);
    rig.byRest();
    await rig.allEnded(10);
    expect([...rig.ends].filter(([, end]) => end === "rejected").map(([seq]) => seq)).toEqual([
      2, 4, 6, 8, 10,
    ]);
    expect(rig.noticed("refused a tap at its door")[0]?.facts).toMatchObject({
      seq: 2,
      status: 422,
      field: "/payload",
    });
    expect(rig.rest.posts).toHaveLength(1);
  });

  it("does not take a batch that was refused whole for a lost buffer", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byRest();
    await rig.tap(delivery);
    await rig.until(() => expect(rig.rest.posts).toHaveLength(1));
    const refused = ({ seq }: TapResult) => ({ seq, ...refusing(400, "invalid-tap") });
    rig.rest.faults = [
      answering((answer) => ({ generation: "", results: answer.results.map(refused) }), 400),
    ];
    await rig.tap(delivery);
    await rig.until(() => expect(rig.ends.get(2)).toBe("rejected"));
    await rig.tap(delivery);
    await rig.until(() => expect(rig.rest.posts).toEqual([[1], [2], [3]]));
    expect(rig.noticed("lost its buffer")).toHaveLength(0);
  });

  it("takes a batch apart that is too large, and lets only the tap go that is too large alone", async () => {
    const tooLarge: Fault = (_, response, body) => {
      const { taps: sent } = JSON.parse(body) as { taps: { seq: number }[] };
      if (sent.length === 1 && sent[0]?.seq !== 3) return false;
      reply(response, 413, refusing(413, "too-large").problem);
      return true;
    };
    rig.rest.faults = Array.from({ length: 20 }, () => tooLarge);
    await rig.taps(8);
    rig.byRest();
    await rig.allEnded(8);
    expect([...rig.ends].filter(([, end]) => end === "rejected").map(([seq]) => seq)).toEqual([3]);
  });

  it("sends all without a receipt again, and reads receipts from the first, where the buffer was lost", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byRest();
    await rig.taps(30, delivery);
    await rig.until(() => expect(rig.ledger.payloads.size).toBe(30));
    rig.ledger.tell({ seq: 1, verdict: "archived", segment: crypto.randomUUID() });
    await rig.until(() => expect(rig.ends.size).toBe(1));
    await rig.until(() => expect(rig.rest.cursors.at(-1)).toBe("1"));
    rig.ledger.payloads.clear();
    rig.ledger.verdictOf = (seq) => ({ seq, verdict: "archived", segment: crypto.randomUUID() });
    rig.ledger.lose("g2");
    await rig.allEnded(30);
    expect([...rig.ledger.payloads.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 29 }, (_, index) => index + 2),
    );
    expect(rig.rest.cursors.slice(rig.rest.cursors.indexOf("1"))).toContain("0");
    expect(rig.noticed("lost its buffer")).toHaveLength(1);
  });

  it("sends a tap again that has no receipt for long", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byRest({ resendAfterMs: 200 });
    await rig.tap(delivery);
    await rig.until(() => expect(rig.rest.posts.length).toBeGreaterThan(1));
    rig.ledger.tell({ seq: 1, verdict: "archived", segment: crypto.randomUUID() });
    await rig.allEnded(1);
    expect(rig.noticed("without a receipt for long")).not.toHaveLength(0);
  });

  it("asks more and more rarely while nobody gets a receipt, and as before once somebody has", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byRest({ resendAfterMs: 100 });
    await rig.taps(2, delivery);
    const sentAtMs: number[] = [];
    while (sentAtMs.length < 4) {
      const before = rig.rest.posts.length;
      await rig.until(() => expect(rig.rest.posts.length).toBeGreaterThan(before));
      sentAtMs.push(performance.now());
    }
    // After 100, 200, 400 and 800 ms; a busy machine only makes it longer.
    expect((sentAtMs[3] ?? 0) - (sentAtMs[2] ?? 0)).toBeGreaterThan(350);
    rig.ledger.tell({ seq: 1, verdict: "archived", segment: crypto.randomUUID() });
    await rig.until(() => expect(rig.ends.size).toBe(1));
    const before = rig.rest.posts.length;
    await rig.until(() => expect(rig.rest.posts.length).toBeGreaterThan(before + 1));
    rig.ledger.tell({ seq: 2, verdict: "archived", segment: crypto.randomUUID() });
    await rig.allEnded(2);
  });

  it("waits for a server that is away, and goes on when it is back", async () => {
    const { port } = new URL(rig.restUrl);
    await rig.rest.close();
    const delivery = rig.byRest();
    await rig.taps(20, delivery);
    await rig.until(() => expect(rig.noticed("cannot be reached")).not.toHaveLength(0));
    expect(delivery.connected).toBe(false);
    rig.rest = new IngestServer(rig.pki, rig.ledger);
    await rig.rest.listen(Number(port));
    await rig.allEnded(20);
    await rig.until(() => expect(delivery.connected).toBe(true));
  });

  it("gives up on an answer that never comes, and asks again", async () => {
    rig.rest.faults = [() => true];
    const delivery = rig.byRest({}, { answerMs: 300 });
    await rig.tap(delivery);
    await rig.allEnded(1);
  });

  it("stops at once in the middle of a long wait, and leaves taps in the outbox", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byRest();
    await rig.tap(delivery);
    await rig.until(() => expect(rig.rest.posts).toHaveLength(1));
    const beganMs = performance.now();
    await delivery.stop();
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect(rig.outbox.pending).toBe(1);
  });
});
