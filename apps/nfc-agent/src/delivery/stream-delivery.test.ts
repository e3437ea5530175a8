import { randomBytes } from "node:crypto";
import { StreamAckLevel } from "@tapline/core/tap";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rig } from "./delivery-rig.fixture.ts";
import { type StreamFault, StreamServer, status } from "./stream-server.fixture.ts";

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const archived = (seq: number) => ({ seq, verdict: "archived" as const, segment: crypto.randomUUID() });
const statusesOf = (seq: number) =>
  rig.progress.filter((step) => step.seq === seq).map(({ status, final }) => `${status}${final ? "!" : ""}`);

describe("delivery by stream", () => {
  it("brings each tap to its end, byte for byte, and tells each step", async () => {
    const delivery = rig.byStream();
    const raw = randomBytes(500);
    const seq = await rig.tap(delivery, raw);
    await rig.allEnded(1);
    expect(rig.ledger.payloads.get(seq)).toBe(raw.toString("base64"));
    expect(statusesOf(seq)).toEqual(expect.arrayContaining(["archived!"]));
    expect(rig.links).toEqual(["grpc"]);
    expect(delivery.connected).toBe(true);
    expect(delivery.trouble).toBeNull();
  });

  it("gathers batches under load, and sends them in their order", async () => {
    await rig.taps(50);
    const delivery = rig.byStream();
    await rig.taps(3000, delivery);
    await rig.allEnded(3050);
    expect(rig.stream.batches.length).toBeLessThan(300);
    expect(Math.max(...rig.stream.batches.map((batch) => batch.length))).toBeLessThanOrEqual(500);
    expect(rig.ledger.disorder).toEqual([]);
    expect(rig.ledger.order).toHaveLength(3050);
  });

  it("never sends more than it was granted, and goes on with new credits", async () => {
    rig.stream.credits = 0;
    rig.stream.regrants = false;
    const delivery = rig.byStream();
    await rig.taps(25, delivery);
    await rig.until(() => expect(rig.links).toEqual(["grpc"]));
    expect(rig.stream.batches).toEqual([]);
    expect(delivery.connected).toBe(true);
    for (const taps of [1, 7, 2, 15]) {
      const before = rig.ledger.order.length;
      rig.stream.session?.grant(taps);
      await rig.until(() => expect(rig.ledger.order).toHaveLength(before + taps));
    }
    await rig.allEnded(25);
    expect(rig.stream.sessions.map(({ overdrawn }) => overdrawn)).toEqual([0]);
    expect(rig.ledger.disorder).toEqual([]);
  });

  it("tells hints as they come, and lets nothing end by them", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byStream();
    await rig.taps(3, delivery);
    await rig.until(() => expect(statusesOf(3)).toEqual(["durable"]));
    const rejected = [{ seq: 3, reason: "bad-signature", detail: "no" }];
    const { epoch } = rig.outbox;
    const session = rig.stream.session;
    session?.send({ $case: "verdicts", value: { epoch, accepted: [1], duplicate: [2], rejected } });
    session?.send({
      $case: "verdicts",
      value: { epoch: epoch + 1, accepted: [2], duplicate: [], rejected: [] },
    });
    await rig.until(() => expect(statusesOf(3)).toEqual(["durable", "refused"]));
    expect([statusesOf(1), statusesOf(2)]).toEqual([
      ["durable", "accepted"],
      ["durable", "duplicate"],
    ]);
    expect(rig.outbox.pending).toBe(3);
    expect(rig.progress.at(-1)).toMatchObject({ reason: "bad-signature", detail: "no" });
    // Receipts may be told twice.
    rig.ledger.tell(archived(1), archived(1), { seq: 2, verdict: "duplicate", segment: null });
    rig.ledger.tell(archived(1), { seq: 3, verdict: "rejected", reason: "bad-signature", detail: "no" });
    await rig.allEnded(3);
    expect([...rig.ends.values()]).toEqual(["archived", "duplicate", "rejected"]);
    expect(statusesOf(1).at(-1)).toBe("archived!");
  });

  it("goes on after the last receipt when it comes again", async () => {
    const delivery = rig.byStream();
    await rig.taps(10, delivery);
    await rig.allEnded(10);
    rig.stream.session?.end(status.UNAVAILABLE, "drains");
    await rig.taps(3, delivery);
    await rig.allEnded(13);
    expect(rig.stream.sessions.map(({ hello }) => hello.receiptsAfter)).toEqual(["0", "10"]);
    expect(rig.stream.sessions.at(-1)?.hello.generation).toBe("g1");
    expect(rig.links).toEqual(["grpc", null, "grpc"]);
    expect(rig.notices).toEqual([]);
  });

  it("lets a tap go that the door refuses, and sends those again that it does not take for now", async () => {
    const refuses: StreamFault = ({ batch, taps }, session) => {
      const kept = taps.filter((_, index) => index !== 1 && index !== 2);
      rig.stream.hold({ batch, traceparent: "", taps: kept }, session);
      const refusal = { type: "urn:tapline:problem:invalid-tap", detail: "no", field: "/payload" };
      rig.stream.ack(batch, session, [
        { index: 1, status: 400, ...refusal },
        { index: 2, status: 503, ...refusal },
      ]);
      return true;
    };
    rig.stream.faults = [refuses];
    await rig.taps(5);
    rig.byStream();
    await rig.allEnded(5);
    expect(rig.ends.get(2)).toBe("rejected");
    expect(rig.stream.batches).toEqual([[1, 2, 3, 4, 5], [3]]);
    expect(rig.progress.find(({ seq }) => seq === 2)).toMatchObject({ reason: "door", final: true });
  });

  it("sends all without a receipt again where the buffer was lost", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byStream();
    await rig.taps(30, delivery);
    await rig.until(() => expect(rig.ledger.payloads.size).toBe(30));
    rig.ledger.tell(archived(1));
    await rig.until(() => expect(rig.ends.size).toBe(1));
    rig.ledger.verdictOf = archived;
    rig.ledger.lose("g2");
    await rig.allEnded(30);
    expect(rig.stream.batches.flat().filter((seq) => seq === 1)).toHaveLength(1);
    expect(rig.noticed("lost its buffer")).toHaveLength(1);
  });

  it("learns at the welcome that the buffer was lost", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.byStream();
    await rig.taps(4, delivery);
    await rig.until(() => expect(statusesOf(4)).toEqual(["durable"]));
    const url = rig.streamUrl;
    await rig.stream.close();
    rig.ledger.lose("g2");
    rig.ledger.verdictOf = archived;
    rig.stream = new StreamServer(rig.pki, rig.ledger);
    await rig.stream.listen(Number(new URL(url).port));
    await rig.allEnded(4);
  });
});

describe("the rung at which taps leave", () => {
  const at = (releaseAt: "accepted" | "durable" | "archived" | "proven") =>
    ({ link: "grpc", releaseAt, reportEveryMs: 60_000 }) as const;

  it("is the durable one where that is set: nothing more is waited for", async () => {
    rig.ledger.verdictOf = () => null;
    const delivery = rig.deliver({ settings: at("durable") });
    await rig.taps(5, delivery);
    await rig.allEnded(5);
    expect([...new Set(rig.ends.values())]).toEqual(["released"]);
    expect(statusesOf(1)).toEqual(["durable!"]);
    expect(rig.outbox.totals).toEqual({ taps: 5, archived: 0, duplicates: 0, rejected: 0 });
    rig.ledger.tell(archived(1));
    await rig.until(() => expect(statusesOf(1)).toEqual(["durable!", "archived!"]));
  });

  it("may be the memory of a server", async () => {
    rig.stream.faults = [
      ({ batch }, session) => {
        const value = { batch, level: StreamAckLevel.ACK_LEVEL_ACCEPTED, generation: "g1", refused: [] };
        session.send({ $case: "ack", value });
        return true;
      },
    ];
    const delivery = rig.deliver({ settings: at("accepted") });
    await rig.taps(5, delivery);
    await rig.allEnded(5);
    expect(rig.stream.sessions[0]?.hello.wantAccepted).toBe(true);
  });

  it("keeps taps and says so where the server does not reach it, and lets them go when it is set lower", async () => {
    const delivery = rig.deliver({ settings: at("proven"), resendAfterMs: 300 });
    await rig.taps(5, delivery);
    await rig.until(() => expect(statusesOf(5)).toContain("archived"));
    expect(rig.outbox.pending).toBe(5);
    expect(delivery.trouble).toEqual({
      text: 'taps may leave the outbox at "proven", and the server goes no further than "archived"',
      remedy: expect.stringContaining('"archived"'),
    });
    delivery.configure(at("archived"));
    await rig.allEnded(5);
    expect(delivery.trouble).toBeNull();
  });

  it("is the proven one where the server says so", async () => {
    rig.stream.highestLevel = StreamAckLevel.ACK_LEVEL_PROVEN;
    const delivery = rig.deliver({ settings: at("proven") });
    await rig.tap(delivery);
    await rig.until(() => expect(statusesOf(1)).toContain("archived"));
    expect([rig.outbox.pending, delivery.trouble]).toEqual([1, null]);
    const receipt = {
      epoch: rig.outbox.epoch,
      level: StreamAckLevel.ACK_LEVEL_PROVEN,
      atEpochMs: 1,
      archived: [{ segment: crypto.randomUUID(), seqs: [1] }],
      duplicate: [],
      rejected: [],
    };
    rig.stream.session?.send({ $case: "receipts", value: { next: "9", receipts: [receipt] } });
    await rig.allEnded(1);
  });
});

describe("reports and directives", () => {
  const report = {
    ...{
      version: "1.0.0",
      platform: "linux-x64",
      startedAtEpochMs: 1,
      configRevision: 0,
      link: "grpc" as const,
    },
    ...{ clockSkewMs: null, paused: null, readers: {}, certificateEndsAtEpochMs: null },
    outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
  };

  it.each(["grpc", "rest"] as const)("go by %s, and measure the server's clock", async (link) => {
    rig.stream.skewMs = 90_000;
    rig.stream.directive = { revision: 3, settings: {}, version: null };
    const directives: unknown[] = [];
    const delivery = rig.deliver({
      settings: { link, releaseAt: "archived", reportEveryMs: 200 },
      report: (by) => ({ ...report, link: by }),
      onDirective: (directive) => directives.push(directive),
    });
    const told = () => (link === "grpc" ? rig.stream.reports : rig.rest.reports);
    await rig.until(() => expect(told().length).toBeGreaterThan(2));
    expect(JSON.parse(told()[0] ?? "")).toEqual({ ...report, link });
    await rig.until(() => expect(delivery.clockSkewMs).not.toBeNull());
    const skewMs = link === "grpc" ? 90_000 : 0;
    expect(Math.abs((delivery.clockSkewMs ?? 1e9) - skewMs)).toBeLessThan(2000);
    if (link === "grpc") expect(directives).toEqual([{ revision: 3, settings: {}, version: null }]);
  });

  it.each(["grpc", "rest"] as const)("bring the log by %s where the server asks for it", async (link) => {
    const wanted = { id: crypto.randomUUID(), lines: 3 };
    rig.rest.logWanted = wanted;
    rig.deliver({
      settings: { link, releaseAt: "archived", reportEveryMs: 200 },
      report: (by) => ({ ...report, link: by }),
      onLogWanted: ({ id, lines }) => ({ id, text: `${lines} lines\n`, cut: false }),
    });
    const told = () => (link === "grpc" ? rig.stream.logs : rig.rest.logs);
    if (link === "grpc") {
      await rig.until(() => expect(rig.stream.session?.hello.sendsLog).toBe(true));
      rig.stream.session?.send({ $case: "logWanted", value: wanted });
    }
    await rig.until(() => expect(told()[0]).toEqual({ id: wanted.id, text: "3 lines\n", cut: false }));
  });

  it("tell of a rung below the archive before any tap leaves at it", async () => {
    rig.ledger.verdictOf = () => null;
    const toldBefore: number[] = [];
    const at = (releaseAt: "archived" | "durable") =>
      ({ link: "grpc", releaseAt, reportEveryMs: 60_000 }) as const;
    const delivery = rig.deliver({
      ...{ settings: at("archived"), resendAfterMs: 300, report: () => report },
      onSettled: () => toldBefore.push(rig.stream.reports.length),
    });
    await rig.taps(3, delivery);
    await rig.until(() => expect(rig.stream.reports).toHaveLength(1));
    await rig.until(() => expect(statusesOf(3)).toEqual(["durable"]));
    delivery.configure(at("durable"));
    await rig.tap(delivery);
    await rig.until(() => expect(statusesOf(4)[0]).toBe("durable"));
    await rig.until(() => expect(rig.outbox.pending).toBe(0));
    expect(Math.min(...toldBefore)).toBe(2);
  });

  it("leave soon after a change", async () => {
    const delivery = rig.byStream({ report: () => report });
    await rig.until(() => expect(rig.stream.reports).toHaveLength(1));
    delivery.reportSoon();
    rig.events.emit({
      type: "reader",
      status: { reader: "r", condition: "gone", detail: "", sinceEpochMs: 1 },
    });
    await rig.until(() => expect(rig.stream.reports).toHaveLength(2));
  });
});
