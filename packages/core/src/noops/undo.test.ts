import { expect, test } from "vitest";
import { type NoopsAct, noopsActSchema } from "./act.ts";
import type { ActState } from "./decision.ts";
import { canBeUndone, undoOf } from "./undo.ts";

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
