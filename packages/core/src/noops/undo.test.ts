import { expect, test } from "vitest";
import { type NoopsAct, noopsActSchema } from "./act.ts";
import { decisionOf } from "./decision.fixture.ts";
import type { ActState } from "./decision.ts";
import { canBeUndone, changedBy, changesSince, undoOf } from "./undo.ts";

const outliers = {
  ...{ consecutiveErrors: 5, consecutiveGatewayErrors: 3, intervalMs: 5_000, baseEjectionMs: 30_000 },
  maxEjectionPercent: 50,
};
const workload = { service: "validation", colour: "blue" } as const;

/** Of each kind that can be undone: an act, what was before, and what brings that back. */
const undone: readonly [NoopsAct, ActState, NoopsAct][] = [
  [
    { kind: "scale", workload, replicas: 3 },
    { replicas: 2, ready: 1 },
    { kind: "scale", workload, replicas: 2 },
  ],
  [
    { kind: "bound", workload, min: 2, max: 5 },
    { min: 1, max: 4 },
    { kind: "bound", workload, min: 1, max: 4 },
  ],
  [
    { kind: "share", service: "ingest", greenPercent: 40 },
    { greenPercent: 0 },
    { kind: "share", service: "ingest", greenPercent: 0 },
  ],
  [
    { kind: "target", archive: "main", open: false },
    { open: true },
    { kind: "target", archive: "main", open: true },
  ],
  [
    { kind: "connections", service: "web", maxConnections: 64 },
    { maxConnections: 1_024 },
    { kind: "connections", service: "web", maxConnections: 1_024 },
  ],
  [
    { kind: "outlier-detection", service: "web", ...outliers, consecutiveErrors: 9 },
    outliers,
    { kind: "outlier-detection", service: "web", ...outliers },
  ],
  [
    { kind: "retries", service: "web", attempts: 1, perTryTimeoutMs: 2_000 },
    { attempts: 2, perTryTimeoutMs: 10_000 },
    { kind: "retries", service: "web", attempts: 2, perTryTimeoutMs: 10_000 },
  ],
  [
    { kind: "shift", service: "web", release: 12, steps: [50, 100], windowMs: 60_000 },
    { release: null },
    { kind: "roll-back", service: "web" },
  ],
  [{ kind: "quota", tapsPerHour: 10, burst: 20 }, { release: 4 }, { kind: "switch-rules", release: 4 }],
];

test.each(undone)("an act is undone by what was before: %j", (act, before, undo) => {
  expect(canBeUndone(act)).toBe(true);
  expect(undoOf({ act, before })).toEqual(undo);
  expect(noopsActSchema.parse(undo)).toEqual(undo);
});

test.each(undone)("where it is not known what was before nothing is undone: %j", (act) => {
  expect(undoOf({ act, before: null })).toBeNull();
  expect(undoOf({ act, before: {} })).toBeNull();
});

test("no other kind of act says that it can be undone", () => {
  const kinds = noopsActSchema.options.map(({ shape }) => shape.kind.value);
  const can = kinds.filter((kind) => canBeUndone({ kind } as NoopsAct));
  expect(can.toSorted()).toEqual(undone.map(([{ kind }]) => kind).toSorted());
  expect(undoOf({ act: { kind: "restart", workload }, before: { replicas: 2 } })).toBeNull();
});

test("what stood before beyond what NoOps may set is not brought back, nor what was not said", () => {
  const act = { kind: "connections", service: "web", maxConnections: 64 } as const;
  expect(undoOf({ act, before: { maxConnections: 4_000_000 } })).toBeNull();
  expect(undoOf({ act, before: { maxConnections: null } })).toBeNull();
  const retries = { kind: "retries", service: "web", attempts: 1 } as const;
  expect(undoOf({ act: retries, before: { attempts: 2 } })).toEqual({ ...retries, attempts: 2 });
});

test("what somebody has set since is told, and what comes and goes by itself is not", () => {
  expect(changesSince({ replicas: 3, ready: 3 }, { replicas: 3, ready: 1 })).toBeNull();
  expect(changesSince({ replicas: 3, ready: 3 }, { replicas: 5, ready: 3 })).toBe("replicas was 3 and is 5");
  expect(changesSince({ min: 2, max: 5 }, { min: 2, max: 9 })).toBe("max was 5 and is 9");
  expect(changesSince({ open: false }, { open: true })).toBe("open was false and is true");
  expect(changesSince({ replicas: 3 }, {})).toBe("replicas was 3 and is unknown");
  expect(changesSince({ attempts: 1 }, { attempts: 3 })).toBe("attempts was 1 and is 3");
  expect(changesSince({ maxEjectionPercent: 20 }, { maxEjectionPercent: 50 })).not.toBeNull();
});

const scaled = (id: string, begunAtEpochMs: number, more: object = {}) =>
  decisionOf({ id, state: "done", begunAtEpochMs, act: { kind: "scale", workload, replicas: 3 }, ...more });

test("a later decision on the same subject has changed what one did, unless it was undone itself", () => {
  const done = scaled("a", 1);
  const later = scaled("b", 2);
  expect(changedBy(done, [done])).toBeNull();
  expect(changedBy(done, [done, later])).toBe(later);
  expect(changedBy(later, [done, later])).toBeNull();
  const undone = [scaled("b", 2, { state: "undone" }), scaled("c", 3, { undoes: "b" })];
  expect(changedBy(done, [done, ...undone])).toBeNull();
  const other = { service: "transfer", colour: "blue" } as const;
  const elsewhere = scaled("b", 2, { act: { kind: "scale", workload: other, replicas: 3 } });
  const restart = scaled("c", 3, { act: { kind: "restart", workload } });
  const failed = scaled("d", 4, { state: "failed" });
  expect(changedBy(done, [done, elsewhere, restart, failed])).toBeNull();
});

test("a later decision on something else of the same service has changed nothing of what one did", () => {
  const service = "web";
  const done = scaled("a", 1, { act: { kind: "connections", service, maxConnections: 64 } });
  const retries = scaled("b", 2, { act: { kind: "retries", service, attempts: 1 } });
  expect(changedBy(done, [done, retries])).toBeNull();
  const more = scaled("c", 3, { act: { kind: "connections", service, maxConnections: 99 } });
  expect(changedBy(done, [done, retries, more])).toBe(more);
  const bounded = scaled("d", 4, { act: { kind: "bound", workload, min: 1, max: 2 } });
  expect(changedBy(scaled("e", 3), [bounded])).toBe(bounded);
});
