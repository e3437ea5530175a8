import type { ReaderCondition } from "@tapline/core/tap";
import { describe, expect, it } from "vitest";
import { ReaderBoard } from "./reader-board.ts";

const status = (reader: string, condition: ReaderCondition) =>
  ({ type: "reader", status: { reader, condition, detail: "", sinceEpochMs: 5 } }) as const;

describe("reader board", () => {
  it("counts taps and failures of each reader, and keeps its condition", () => {
    const board = new ReaderBoard();
    board.take(status("b", "ready"));
    board.take(status("a", "reading"));
    const tap = { seq: 1, tag: "type-4", readMs: 1, rereads: 0, raw: Buffer.alloc(1) } as const;
    board.take({ type: "tap-kept", reader: "a", readAtEpochMs: 9, ...tap });
    board.take({ type: "read-failed", failure: { reader: "a", atEpochMs: 10, cause: "torn", detail: "d" } });
    expect(board.list(10).map(({ reader }) => reader)).toEqual(["a", "b"]);
    expect(board.list(10, "a").map(({ reader }) => reader)).toEqual(["b"]);
    expect(board.get("a")).toMatchObject({ condition: "reading", taps: 1, failures: 1, lastTapAtEpochMs: 9 });
    expect(board.counts()).toEqual({ ready: 1, reading: 1 });
    board.take(status("a", "stalled"));
    expect(board.troubled(5).map(({ reader }) => reader)).toEqual(["a"]);
  });

  it("forgets readers that are gone for long, so that changing names cost nothing", () => {
    const board = new ReaderBoard();
    board.take(status("stays", "ready"));
    for (let i = 0; i < 1000; i++) board.take(status(`usb-${i}`, "gone"));
    expect(board.list(2000)).toHaveLength(257);
    board.take(status("usb-999", "ready"));
    expect(board.counts()).toEqual({ ready: 2, gone: 255 });
  });
});
