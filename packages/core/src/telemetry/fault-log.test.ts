import { describe, expect, it } from "vitest";
import { TaplineError } from "../kernel/index.ts";
import { FaultLog } from "./index.ts";

const start = Date.UTC(2026, 10, 28, 23, 0, 0);
const text = "an attempt failed and will be repeated";

function logAt() {
  const state = { now: start };
  const log = new FaultLog(() => state.now);
  /** What is written of a fault that comes every 5 s, by the second in which it is. */
  const every5s = (seconds: number, facts: Record<string, unknown>) => {
    const written: [second: number, ...line: unknown[]][] = [];
    for (const until = state.now + seconds * 1000; state.now < until; state.now += 5_000) {
      const line = log.told(facts, text);
      if (line !== null) written.push([(state.now - start) / 1000, ...line]);
    }
    return written;
  };
  return { state, log, every5s };
}

const away = (message = "the archive does not answer") =>
  new TaplineError("unavailable", message, { remedy: "start it" });

describe("a part that does not answer", () => {
  it("is told at once in words without a stack, and then once a minute, with count and since when", () => {
    const { every5s } = logAt();
    const written = every5s(130, { err: away(), stage: "transfer", segment: "s1" });
    const facts = {
      stage: "transfer",
      segment: "s1",
      error: "the archive does not answer",
      remedy: "start it",
    };
    const since = "2026-11-28T23:00:00.000Z";
    expect(written).toEqual([
      [0, facts, text],
      [60, { ...facts, times: 13, since, until: "2026-11-28T23:01:00.000Z" }, `${text}: 13 times`],
      [120, { ...facts, times: 25, since, until: "2026-11-28T23:02:00.000Z" }, `${text}: 25 times`],
    ]);
  });

  it("is one fault, whichever segment waits for it, and another one by archive", () => {
    const { log } = logAt();
    expect(log.told({ err: away(), archive: "main", segment: "s1" }, text)).not.toBeNull();
    expect(log.told({ err: away(), archive: "main", segment: "s2" }, text)).toBeNull();
    expect(log.told({ err: away(), archive: "second", segment: "s2" }, text)).not.toBeNull();
  });

  it("is told in one line once it has not come for a minute, with how often it had", () => {
    const { state, log, every5s } = logAt();
    every5s(30, { err: away(), archive: "main" });
    state.now = start + 84_000;
    expect(log.over()).toEqual([]);
    state.now = start + 85_000;
    const span = { times: 6, since: "2026-11-28T23:00:00.000Z", until: "2026-11-28T23:00:25.000Z" };
    expect(log.over()).toEqual([[span, `not any more, after 6 times: ${text}, main`]]);
    expect(log.over()).toEqual([]);
    expect(log.told({ err: away(), archive: "main" }, text)?.[1]).toBe(text);
  });

  it("is known by the system's word for it, also as the cause of another error", () => {
    const { log } = logAt();
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const wrapped = new Error("the query failed", { cause: refused });
    expect(log.told({ err: refused }, "one")?.[0]).toEqual({ error: "connect ECONNREFUSED" });
    expect(log.told({ err: wrapped }, "two")?.[0]).toEqual({ error: "the query failed" });
  });
});

describe("any other fault", () => {
  it("keeps its stack the first time, for each segment anew", () => {
    const { log } = logAt();
    const err = new TaplineError("corrupt", "bytes are missing");
    expect(log.told({ err, segment: "s1" }, text)).toEqual([{ err, segment: "s1" }, text]);
    expect(log.told({ err, segment: "s1" }, text)).toBeNull();
    expect(log.told({ err, segment: "s2" }, text)).toEqual([{ err, segment: "s2" }, text]);
  });

  it("is told at once in the midst of an outage, since it is of another kind", () => {
    const { log } = logAt();
    log.told({ err: away() }, text);
    const err = new TypeError("cannot read properties of undefined");
    expect(log.told({ err }, text)).toEqual([{ err }, text]);
    expect(log.told({ err }, text)).toBeNull();
  });

  it("does not end a fault that came but once with a line of its own", () => {
    const { state, log } = logAt();
    log.told({ err: new Error("once") }, text);
    state.now += 120_000;
    expect(log.over()).toEqual([]);
  });
});

it("a clock that jumps back makes a standing fault due, not silent", () => {
  const { state, log } = logAt();
  log.told({ err: away() }, text);
  state.now -= 86_400_000;
  expect(log.told({ err: away() }, text)).not.toBeNull();
});
