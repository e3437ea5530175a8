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

test("a shift that people hold for longer than its limits is not late once it may go on", async () => {
  let nowEpochMs = 10_000;
  let isStopped = true;
  const limit = { ...plan, readyWithinMs: 60_000 };
  let shift = {
    ...shiftOf(1, "validation"),
    ...{ plan: { ...limit, needsEvidence: true } },
    state: { ...shiftOf(1, "validation").state, sinceEpochMs: 10_000 },
  };
  const noted: (typeof shift)["state"][] = [];
  const parts = {
    desk: {
      ...{ open: async () => [shift], standing: async () => ({ colour: "blue" }) },
      note: async (of: typeof shift, to: (typeof shift)["state"]) => {
        noted.push(to);
        shift = { ...of, state: to };
        return shift;
      },
    },
    actuator: {
      look: async () => ({ atEpochMs: 1, workloads: [], shares: {} }),
      act: () => Promise.reject(new Error("not now")),
    },
    shares: { read: async () => ({ validation: none, encryption: none, transfer: none }) },
    queues: { inHand: async () => 0 },
    evidence: { read: async () => ({ blue: noEvidence, green: noEvidence }) },
    ...{ reports: { latest: async () => null }, fence: () => 1 },
    isStopped: async () => {
      // Minutes of a kill switch, in few looks.
      if (isStopped) nowEpochMs += 40_000;
      isStopped &&= nowEpochMs < 200_000;
      return isStopped;
    },
    clock: () => nowEpochMs,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const role = startReleaseControl(parts as unknown as ReleaseControlParts);
  await vi.waitFor(() => expect(isStopped).toBe(false), 60_000);
  await vi.waitFor(() => expect(noted.at(-1)?.size).not.toBeNull(), 60_000);
  await role.stop(0);
  expect(shift.state.phase).toBe("placing");
}, 120_000);
