import { type ActuatorAct, refusalOf } from "@tapline/core/noops";
import { expect, test } from "vitest";
import { bases } from "./bases.ts";
import { changeWanted, type Standing } from "./change-wanted.ts";
import { planSlots } from "./plan-slots.ts";
import { findWanted, type Wanted, wantedAtFirst, withNewServices } from "./wanted.ts";

const standing: Standing = { ready: () => 1, cannotRun: () => null };
const none: Standing = { ...standing, ready: () => 0 };
const validation = { service: "validation", colour: "blue" } as const;
const green = { service: "validation", colour: "green" } as const;
const ingestGreen = { service: "ingest", colour: "green" } as const;
const release = (id: string) => ({ id, version: "0.1.0", config: {} });

type Act = Exclude<ActuatorAct, { kind: "replace" }>;

function after(acts: readonly Act[], from: Wanted = wantedAtFirst): Wanted {
  return acts.reduce<Wanted>(
    (wanted, act) => changeWanted(wanted, act, { fence: null }, standing).wanted,
    from,
  );
}

function refused(act: Act, from: Wanted = wantedAtFirst, how = standing): string | null {
  try {
    changeWanted(from, act, { fence: null }, how);
    return null;
  } catch (error) {
    return refusalOf(error);
  }
}

const named = (wanted: Wanted) =>
  planSlots(wanted).map(({ name, services }) => `${name}: ${services.join(" ")}`);
const pipeline: readonly string[] = bases["worker-pipeline"];

test("two processes are everything at first; replicas beyond are processes of one service", () => {
  const slots = named(wantedAtFirst);
  expect(slots[0]).toBe("worker-ingest: ingest");
  expect(slots[1]).toMatch(/^worker-pipeline: buffer validation encryption /);
  expect(named(after([{ kind: "scale", workload: validation, replicas: 3 }])).slice(2)).toEqual([
    "worker-validation-2: validation",
    "worker-validation-3: validation",
  ]);
});

test("a release takes its service out of the shared process, and stands beside the other colour", () => {
  const both = after([{ kind: "place", workload: green, release: release("r1"), replicas: 2 }]);
  expect(named(both).filter((slot) => slot.includes("green"))).toHaveLength(2);
  expect(named(both)[1]).toContain("validation");
  const alone = after([{ kind: "retire", workload: validation }], both);
  const shared = planSlots(alone).find(({ name }) => name === "worker-pipeline");
  expect(shared?.services).toEqual(expect.arrayContaining(pipeline.filter((word) => word !== "validation")));
  expect(shared?.services).not.toContain("validation");
});

test("what the installation brings comes back where a release had taken its place", () => {
  const placed = after([{ kind: "place", workload: green, release: release("r1"), replicas: 2 }]);
  const alone = after([{ kind: "retire", workload: validation }], placed);
  const back = after([{ kind: "scale", workload: validation, replicas: 2 }], alone);
  expect(findWanted(back, validation)).toMatchObject({ release: null, replicas: 2 });
  // As processes of its own: the shared one, which may be what asks for it, is left as it is.
  const [own, shared] = [named(back), (wanted: Wanted) => named(wanted)[1]];
  expect(shared(back)).toBe(shared(alone));
  expect(own).toEqual(
    expect.arrayContaining(["worker-validation-1: validation", "worker-validation-2: validation"]),
  );
  const over = named(after([{ kind: "retire", workload: green }], back));
  expect(over).toEqual([...named(wantedAtFirst), "worker-validation-2: validation"]);
  expect(
    refused(
      { kind: "scale", workload: green, replicas: 1 },
      after([{ kind: "retire", workload: green }], back),
    ),
  ).toBe("unknown");
  expect(refused({ kind: "restart", workload: validation }, alone)).toBe("unknown");
});

test("a restart and another release make other processes; a scale leaves those that are there", () => {
  const forms = (wanted: Wanted) => planSlots(wanted).map(({ name, form }) => `${name} ${form}`);
  const kept = (wanted: Wanted, before: Wanted) =>
    forms(wanted).filter((form) => forms(before).includes(form));
  const scaled = after([{ kind: "scale", workload: validation, replicas: 2 }]);
  expect(kept(scaled, wantedAtFirst)).toEqual(forms(wantedAtFirst));
  const restarted = after([{ kind: "restart", workload: validation }], scaled);
  expect(kept(restarted, scaled)).toHaveLength(1);
  const placed = after([{ kind: "place", workload: green, release: release("r1"), replicas: 1 }]);
  const again = after([{ kind: "place", workload: green, release: release("r2"), replicas: 1 }], placed);
  expect(kept(again, placed)).toHaveLength(2);
});

test("refuses what would leave nobody to serve, or take the place of what serves", () => {
  const placed = after([{ kind: "place", workload: ingestGreen, release: release("r1"), replicas: 1 }]);
  expect(refused({ kind: "retire", workload: validation }, wantedAtFirst, none)).toBe("refused");
  expect(refused({ kind: "share", service: "ingest", greenPercent: 1 }, placed, none)).toBe("refused");
  const shared = after([{ kind: "share", service: "ingest", greenPercent: 1 }], placed);
  expect(refused({ kind: "retire", workload: ingestGreen }, shared)).toBe("refused");
  const other = { kind: "place", workload: ingestGreen, release: release("r2"), replicas: 1 } as const;
  expect(refused(other, shared)).toBe("refused");
  expect(refused(other, placed)).toBeNull();
  expect(refused({ kind: "retire", workload: ingestGreen }, placed)).toBeNull();
});

test("names what one machine has not, and what it does not know", () => {
  expect(refused({ kind: "bound", workload: validation, min: 1, max: 2 })).toBe("unsupported");
  expect(refused({ kind: "connections", service: "ingest", maxConnections: 50 })).toBe("unsupported");
  expect(refused({ kind: "retries", service: "web", attempts: 1 })).toBe("unsupported");
  const outliers = {
    consecutiveErrors: 5,
    intervalMs: 5_000,
    baseEjectionMs: 30_000,
    maxEjectionPercent: 50,
  };
  expect(refused({ kind: "outlier-detection", service: "ingest", ...outliers })).toBe("unsupported");
  expect(refused({ kind: "share", service: "validation", greenPercent: 5 })).toBe("unsupported");
  expect(refused({ kind: "scale", workload: validation, replicas: 33 })).toBe("unsupported");
  expect(refused({ kind: "scale", workload: green, replicas: 2 })).toBe("unknown");
  expect(refused({ kind: "share", service: "cook", greenPercent: 5 })).toBe("unknown");
  const gone = { ...standing, cannotRun: () => "there is no such program" };
  const place = { kind: "place", workload: green, release: release("r1"), replicas: 1 } as const;
  expect(refused(place, wantedAtFirst, gone)).toBe("unknown");
});

test("takes an older lease's act no more, nor one that was decided before somebody else acted", () => {
  const scale = { kind: "scale", workload: validation, replicas: 2 } as const;
  const { wanted, revision } = changeWanted(wantedAtFirst, scale, { fence: 7 }, standing);
  const kindOf = (terms: { fence: number | null; revision?: string }) => {
    try {
      changeWanted(wanted, scale, terms, standing);
      return null;
    } catch (error) {
      return refusalOf(error);
    }
  };
  expect([kindOf({ fence: 6 }), kindOf({ fence: 7 }), kindOf({ fence: 8 })]).toEqual(["fenced", null, null]);
  expect([kindOf({ fence: null, revision: "0" }), kindOf({ fence: null, revision })]).toEqual([
    "conflict",
    null,
  ]);
});

test("a program with more services than the one that wrote the state runs them, too", () => {
  const older = { ...wantedAtFirst, workloads: wantedAtFirst.workloads.slice(1) };
  expect(findWanted(withNewServices(older), { service: "ingest", colour: "blue" })).toBeDefined();
});
