import type { Decision } from "@tapline/core/noops";
import { expect, test } from "vitest";
import { decisionOf } from "../../../../packages/core/src/noops/decision.fixture.ts";
import { Recorder } from "./recorder.ts";

/** The flight recorder in memory, and what was written into it. */
function recorded(before: readonly Decision[] = []) {
  const rows = new Map<string, Decision>();
  const writes: string[] = [];
  const log = {
    add: async (decision: Decision) => {
      writes.push(`add ${decision.id}`);
      rows.set(decision.id, decision);
    },
    again: async (decision: Decision) => {
      writes.push(`again ${decision.id} ${decision.times}`);
      rows.set(decision.id, decision);
    },
  };
  const recorder = new Recorder(log, before);
  /** Decides in second `s` that nothing is to be done, since the figure is `value`. */
  const decide = (s: number, condition: Decision["condition"], value: number, target = "validation") => {
    const atEpochMs = 1_000_000 + s * 1_000;
    const evidence = [{ name: "figure", value, ageMs: 0, fault: null }];
    const [state, act, id] = ["none" as const, null, `${target} ${s}`];
    const times = { atEpochMs, lastAtEpochMs: atEpochMs };
    return recorder.record(decisionOf({ ...times, id, state, act, condition, evidence, target }), 1);
  };
  const told = (id: string) => {
    const { times, evidence, atEpochMs, lastAtEpochMs } = rows.get(id)!;
    return { times, value: evidence[0]?.value, overS: (lastAtEpochMs - atEpochMs) / 1_000 };
  };
  return { recorder, decide, told, writes };
}

test("what is decided again is counted in its row, which is written every half minute", async () => {
  const { decide, told, writes } = recorded();
  for (let s = 0; s <= 65; s++) await decide(s, "clear", s);
  expect(writes).toEqual(["add validation 0", "again validation 0 31", "again validation 0 61"]);
  expect(told("validation 0")).toEqual({ times: 61, value: 60, overS: 60 });
});

test("where a rule comes to something else, what there was to see just before is kept", async () => {
  const { decide, told, writes } = recorded();
  for (let s = 0; s < 20; s++) await decide(s, "clear", s);
  expect(writes).toHaveLength(1);
  expect(await decide(20, "breached", 99)).toBe(true);
  expect(told("validation 0")).toEqual({ times: 20, value: 19, overS: 19 });
  expect(told("validation 20")).toEqual({ times: 1, value: 99, overS: 0 });
  for (let s = 21; s < 25; s++) await decide(s, "breached", 90 + s);
  expect(await decide(25, "clear", 1)).toBe(false);
  expect(told("validation 20")).toEqual({ times: 5, value: 114, overS: 4 });
  expect(told("validation 0")).toEqual({ times: 21, value: 1, overS: 25 });
});

test("what changes each second is written each time, and nothing twice", async () => {
  const { decide, writes } = recorded();
  for (let s = 0; s < 6; s++) await decide(s, s % 2 === 0 ? "clear" : "breached", s);
  expect(writes).toEqual([
    ...["add validation 0", "add validation 1", "again validation 0 2", "again validation 1 2"],
    ...["again validation 0 3", "again validation 1 3"],
  ]);
});

test("before an act, and at the end, what was only counted is written: of one target, or of all", async () => {
  const { decide, recorder, told, writes } = recorded();
  for (let s = 0; s < 10; s++) {
    await decide(s, "clear", s);
    await decide(s, "clear", s, "transfer");
  }
  await recorder.settle({ ruleId: "scale-up", target: "validation" }, 1);
  expect(told("validation 0")).toEqual({ times: 10, value: 9, overS: 9 });
  expect(told("transfer 0").times).toBe(1);
  // What comes after an act is the first of its kind again.
  await decide(10, "clear", 10);
  expect(told("validation 0")).toEqual({ times: 11, value: 10, overS: 10 });
  await recorder.settleAll(1);
  expect(told("transfer 0")).toEqual({ times: 10, value: 9, overS: 9 });
  expect(writes.filter((write) => write.startsWith("again"))).toHaveLength(3);
});

test("the same as before this life is counted in the row of then", async () => {
  const times = { atEpochMs: 1_000_000, lastAtEpochMs: 1_000_000 };
  const left = decisionOf({ ...times, id: "left", state: "none", act: null, condition: "clear" });
  const { decide, told, writes } = recorded([left]);
  expect(await decide(5, "clear", 5)).toBe(false);
  expect(writes).toEqual(["again left 2"]);
  expect(told("left")).toEqual({ times: 2, value: 5, overS: 5 });
});
