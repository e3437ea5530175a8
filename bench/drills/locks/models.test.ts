import type { ClaimAnswer } from "@tapline/adapters/redis";
import { describe, expect, it } from "vitest";
import { CreditModel } from "./credit-model.ts";
import { LedgerModel, type Tap } from "./ledger-model.ts";
import { leaseMs, limits, rate } from "./settings.ts";

const tap = (trackerSeq: number, agent = "a"): Tap => ({
  ...{ tracker: "t", trackerEpoch: 1, trackerSeq, digest: `d${trackerSeq}` },
  ...{ agent, epoch: 1, seq: trackerSeq, owner: `${agent}/1/${trackerSeq}` },
});
const standing = (segment: string, { digest, owner }: Tap): ClaimAnswer => ({
  ...{ is: "standing", segment, digest, owner },
});
const ask = (token: number): ClaimAnswer => ({ is: "ask", token: String(token) });
const isNew: ClaimAnswer = { is: "new" };

/** A ledger of which each call takes 1 ms. */
function ledger() {
  const model = new LedgerModel();
  const call = (atMs: number, job: number, taps: Tap[], answers: ClaimAnswer[], token?: number) => {
    const leases = token === undefined ? [] : [{ tracker: "t", token: String(token), highest: [] }];
    const step = { job, segment: `s${job}`, isOver: job === 9, claims: taps, leases };
    model.judge(step, answers, { fromMs: atMs, toMs: atMs + 1 });
  };
  return { model, call };
}

describe("the model of the ledger", () => {
  it("allows what is asked for, given under a lease, and known from then on", () => {
    const { model, call } = ledger();
    call(100, 1, [tap(3)], [ask(1)]);
    call(102, 2, [tap(3, "b")], [{ is: "busy", leftMs: 48 }]);
    call(104, 1, [tap(3)], [isNew], 1);
    call(106, 2, [tap(3, "b"), tap(4)], [standing("s1", tap(3)), isNew]);
    call(108, 3, [tap(2)], [ask(2)]);
    model.release("s1");
    expect([...model.claimed.keys()]).toEqual(["t/1/4"]);
  });

  it.each<[string, number, number, Tap, ClaimAnswer, number | undefined, RegExp]>([
    ["a lease for two", 103, 2, tap(1), ask(2), undefined, /leased to two/],
    ["a number beside a lease", 103, 2, tap(9), isNew, undefined, /while another holds/],
    ["a number on a lease that ran out", 1_000, 1, tap(1), isNew, 1, /without a lease/],
    ["a number on the token of another", 1_000, 2, tap(1), isNew, 7, /without a lease/],
    ["a claim that nobody made", 103, 2, tap(1), standing("s9", tap(1)), undefined, /nobody's/],
    ["a claim for a segment that has its verdicts", 1_000, 9, tap(1), ask(2), undefined, /over: true/],
    ["a token that does not grow", 1_000, 2, tap(1), ask(1), undefined, /comes after/],
    ["a lease that is forgotten", 103, 1, tap(1), ask(2), 1, /its lease stands/],
    ["a wait for nobody", 1_000, 2, tap(1), { is: "busy", leftMs: 9 }, undefined, /waits for nobody/],
    ["a refusal below the rate", 103, 1, tap(1), { is: "rate", waitMs: 9 }, 1, /below the tracker's rate/],
  ])("finds %s", (_, atMs, job, one, answer, token, what) => {
    const { model, call } = ledger();
    call(100, 1, [tap(5)], [ask(1)]);
    model.stops(1, 101);
    expect(() => call(atMs, job, [one], [answer], token)).toThrow(what);
  });

  it("finds a number that is given twice, forgotten, or archived already", () => {
    const { model, call } = ledger();
    call(100, 1, [tap(1)], [ask(1)]);
    call(102, 1, [tap(1)], [isNew], 1);
    expect(() => call(104, 2, [tap(1, "b")], [ask(2)])).toThrow(/is claimed, and the answer was ask/);
    expect(() => call(104, 2, [tap(2), tap(2)], [isNew, isNew])).toThrow(/given to s2, and is claimed/);
    model.archive.set("t/1/3", { segment: "s9", digest: "d3", owner: "a/1/3" });
    expect(() => call(106, 2, [tap(3)], [isNew])).toThrow(/is archived/);
  });

  it("finds more than the rate, by what a bucket can hold at most", () => {
    const { call } = ledger();
    call(100, 1, [tap(1)], [ask(1)]);
    const many = Array.from({ length: rate.burstTaps }, (_, i) => tap(i + 1));
    call(
      102,
      1,
      many,
      many.map(() => isNew),
      1,
    );
    expect(() => call(104, 1, [tap(50)], [isNew])).toThrow(/over the tracker's rate/);
    call(210, 1, [tap(51)], [isNew]);
  });

  it("finds a lease that was brought to life again", () => {
    const { model, call } = ledger();
    call(100, 1, [tap(1)], [ask(1)]);
    model.stops(1, 101);
    model.goesOn(1, 101 + 2 * leaseMs);
    expect(() => call(205, 2, [tap(1)], [{ is: "busy", leftMs: 40 }])).toThrow(/waits for nobody/);
  });
});

describe("the model of the credits", () => {
  const one = (holder: string, kind: "some" | "all" | "rate", taps: number, agent = holder) => ({
    ...{ holder, kind, taps, agent },
  });
  const span = { fromMs: 1_000, toMs: 1_001 };

  it("finds more than the window, unless a holder's lease has run out", () => {
    const model = new CreditModel();
    model.judge([one("a", "all", 400)], [400], span);
    model.spent("a", 100);
    expect(() => model.judge([one("b", "all", 300)], [300], span)).toThrow(/granted beside 300 held, 100/);
    model.judge([one("b", "all", 300)], [300], { fromMs: 1_200, toMs: 1_201 });
    expect(model.heldBy("a") + model.heldBy("b") + model.bufferedTaps).toBeGreaterThan(limits.windowTaps);
  });

  it("finds more than an agent's rate, a part of all, and a refusal where there is room", () => {
    const model = new CreditModel();
    expect(() => model.judge([one("a", "rate", 501)], [501], span)).toThrow(/over its rate/);
    expect(() => model.judge([one("a", "all", 100)], [50], span)).toThrow(/asked for all 100/);
    expect(() => model.judge([one("a", "all", 100)], [0], span)).toThrow(/was refused 100/);
    expect(() => model.judge([one("a", "some", 100)], [101], span)).toThrow(/asked for some 100/);
  });

  it("counts what was given back as free", () => {
    const model = new CreditModel();
    model.judge([one("a", "all", 400)], [400], span);
    model.left("a");
    expect(() => model.judge([one("b", "all", 400)], [0], span)).toThrow(/was refused 400/);
    model.judge([one("b", "all", 400)], [400], span);
  });
});
