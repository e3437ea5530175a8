import { noEvidence } from "@tapline/core/rollout";
import { expect, test, vi } from "vitest";
import { type ReleaseControlParts, startReleaseControl } from "./release-control.ts";

const plan = {
  steps: [100],
  windowMs: 1,
  readyWithinMs: 1,
  evidenceWithinMs: 1,
  keepMs: 1,
  drainWithinMs: 1,
};
const state = { phase: "placing", step: 0, sinceEpochMs: 1, routedAtEpochMs: null, setbacks: 0, size: null };
const shiftOf = (id: number, service: string) => ({
  ...{ id, service, kind: "release", base: null, release: id, stable: "blue", evidence: null, reason: "" },
  plan: { ...plan, needsEvidence: true },
  state: { ...state, restarts: null, held: null, isForced: false, why: "begun" },
  ...{
    startedAtEpochMs: 1,
    startedBy: "operator/ada",
    changedAtEpochMs: 1,
    endedAtEpochMs: null,
    revision: 1,
  },
});
const none = { greenPercent: 0, watch: null };

test("a shift that cannot be led on holds up no others", async () => {
  const noted: string[] = [];
  const faults: unknown[] = [];
  const parts = {
    desk: {
      open: async () => [shiftOf(1, "validation"), shiftOf(2, "encryption")],
      note: async (shift: { service: string }) => {
        noted.push(shift.service);
        return shift;
      },
    },
    actuator: {
      look: async () => ({ atEpochMs: 1, workloads: [], shares: {} }),
      act: () => Promise.reject(new Error("not now")),
    },
    shares: { read: async () => ({ validation: none, encryption: none, transfer: none }) },
    queues: { inHand: async () => 0 },
    evidence: {
      read: async (stage: string) => {
        if (stage === "validation") throw new Error("validation's evidence cannot be read");
        return { blue: noEvidence, green: noEvidence };
      },
    },
    ...{
      reports: { latest: async () => null },
      fence: () => 1,
      isStopped: async () => false,
      clock: () => 2,
    },
    log: { info: () => undefined, warn: () => undefined, error: (fault: unknown) => faults.push(fault) },
  };
  const role = startReleaseControl(parts as unknown as ReleaseControlParts);
  await vi.waitFor(() => expect(noted).toContain("encryption"), 60_000);
  await role.stop(0);
  expect(noted).not.toContain("validation");
  expect(faults.length).toBeGreaterThan(0);
}, 120_000);

/** A shift that people hold, with a clock, a switch and a lease that a test moves. */
function heldShift() {
  const begun = shiftOf(1, "validation");
  const at = {
    ...{
      nowEpochMs: 10_000,
      isStopped: true,
      fence: 1 as number | null,
      noted: [] as (typeof begun.state)[],
    },
    shift: {
      ...begun,
      plan: { ...begun.plan, readyWithinMs: 60_000 },
      state: { ...begun.state, sinceEpochMs: 10_000 },
    },
  };
  const parts = {
    desk: {
      ...{ open: async () => [at.shift], standing: async () => ({ colour: "blue" }) },
      note: async (of: typeof at.shift, to: typeof begun.state) => {
        at.noted.push(to);
        at.shift = { ...of, state: to };
        return at.shift;
      },
    },
    actuator: {
      look: async () => ({ atEpochMs: 1, workloads: [], shares: {} }),
      act: () => Promise.reject(new Error("not now")),
    },
    shares: { read: async () => ({ validation: none, encryption: none, transfer: none }) },
    queues: { inHand: async () => 0 },
    evidence: { read: async () => ({ blue: noEvidence, green: noEvidence }) },
    ...{ reports: { latest: async () => null }, fence: () => at.fence },
    ...{ isStopped: async () => at.isStopped, clock: () => at.nowEpochMs },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const start = (changes: object) =>
    startReleaseControl({ ...parts, ...changes } as unknown as ReleaseControlParts);
  return { at, start };
}

test("a shift that people hold for longer than its limits is not late once it may go on", async () => {
  const { at, start } = heldShift();
  let looks = 0;
  const role = start({
    actuator: {
      // Minutes of a kill switch, in few looks; what others ask of the switch meanwhile moves no clock.
      look: async () => {
        if (at.isStopped && looks++ > 0) at.nowEpochMs += 40_000;
        at.isStopped &&= at.nowEpochMs < 200_000;
        return { atEpochMs: 1, workloads: [], shares: {} };
      },
      act: () => Promise.reject(new Error("not now")),
    },
  });
  await vi.waitFor(() => expect(at.isStopped).toBe(false), 60_000);
  await vi.waitFor(() => expect(at.noted.at(-1)?.size).not.toBeNull(), 60_000);
  await role.stop(0);
  expect(at.shift.state.phase).toBe("placing");
}, 120_000);

test("time that passed while another process held the lease is taken out of no shift", async () => {
  const { at, start } = heldShift();
  let [looks, asked] = [0, 0];
  const role = start({
    isStopped: async () => {
      looks++;
      return at.isStopped;
    },
    fence: () => {
      asked++;
      return at.fence;
    },
  });
  // That the shift stands has been seen.
  await vi.waitFor(() => expect(looks).toBeGreaterThan(3), 60_000);
  [at.fence, asked] = [null, 0];
  await vi.waitFor(() => expect(asked).toBeGreaterThan(3), 60_000);
  [at.nowEpochMs, at.isStopped, at.fence] = [60_000, false, 2];
  await vi.waitFor(() => expect(at.noted).not.toEqual([]), 60_000);
  await role.stop(0);
  expect(at.noted[0]?.sinceEpochMs).toBe(10_000);
}, 120_000);
