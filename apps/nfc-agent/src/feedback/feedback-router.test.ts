import { beforeEach, describe, expect, it } from "vitest";
import type { AgentEvent, TapProgress } from "../events.ts";
import type { ReadFailureCause } from "../readers/reader.ts";
import { FeedbackRouter } from "./feedback-router.ts";

let nowMs = 0;
let shown: string[] = [];
let router: FeedbackRouter;
beforeEach(() => {
  nowMs = 0;
  shown = [];
  const show = (reader: string, feedback: string) => shown.push(`${reader} ${feedback}`);
  router = new FeedbackRouter({ show, monotonic: () => nowMs });
});

const kept = (seq: number, reader = "door"): AgentEvent => ({
  type: "tap-kept",
  seq,
  reader,
  readAtEpochMs: 0,
  tag: "type-4",
  readMs: 5,
  rereads: 0,
  raw: Buffer.from("x"),
});
const progress = (seq: number, status: TapProgress["status"], final = false): AgentEvent => ({
  type: "tap-progress",
  taps: [{ seq, status, final, reason: null, detail: "", segment: null }],
});
const failed = (cause: ReadFailureCause): AgentEvent => ({
  type: "read-failed",
  failure: { reader: "door", atEpochMs: 0, cause, detail: "" },
});

describe("feedback at the reader", () => {
  it("says at once that a tap is kept, then its verdict, once", () => {
    router.take(kept(1));
    router.take(progress(1, "durable"));
    router.take(progress(1, "accepted"));
    router.take(progress(1, "archived", true));
    expect(shown).toEqual(["door kept", "door accepted"]);
  });

  it("takes the receipt for the verdict where no hint came before", () => {
    router.take(kept(1));
    router.take(progress(1, "refused", true));
    expect(shown).toEqual(["door kept", "door refused"]);
  });

  it("is silent once the person is gone, and where somebody else has tapped since", () => {
    router.take(kept(1, "north"));
    nowMs = 5001;
    router.take(progress(1, "accepted"));
    router.take(kept(2));
    router.take(kept(3));
    router.take(progress(2, "duplicate"));
    router.take(progress(3, "accepted"));
    expect(shown).toEqual(["north kept", "door kept", "door kept", "door accepted"]);
  });

  it("asks to try again where that may help, and refuses what is no tap", () => {
    for (const cause of ["torn", "removed", "collision", "stalled", "not-a-tap"] as const)
      router.take(failed(cause));
    expect(shown).toEqual([...Array(4).fill("door try-again"), "door refused"]);
  });

  it("says pause at the reader whose tap waits for room", () => {
    router.take({ type: "paused", reason: "disk-full", reader: null });
    router.take({ type: "paused", reason: "disk-full", reader: "door" });
    router.take({ type: "paused", reason: null, reader: null });
    expect(shown).toEqual(["door paused"]);
  });

  it("remembers one tap a reader at most", () => {
    for (let seq = 1; seq <= 1000; seq++) router.take(kept(seq, `reader-${seq % 4}`));
    expect(router.awaited).toBe(4);
    router.take({
      type: "reader",
      status: { reader: "reader-1", condition: "gone", detail: "", sinceEpochMs: 0 },
    });
    expect(router.awaited).toBe(3);
  });
});
