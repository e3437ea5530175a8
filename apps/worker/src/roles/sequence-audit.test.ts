import { entriesPerSequence } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { expect, onTestFinished, test, vi } from "vitest";
import { sequenceAudit } from "./sequence-audit.ts";

const patient = { timeout: 60_000 };

/** A log in which `waiting` entries wait. */
function running(log: { waiting: number; fault: Error | null }) {
  const seen = { asked: 0, sequenced: 0, told: 0, nowEpochMs: 1, inOrder: [] as string[] };
  const role = sequenceAudit({
    auditLog: {
      isAwaited: async () => {
        seen.asked++;
        seen.inOrder.push("asked");
        return log.waiting > 0;
      },
      sequence: async () => {
        seen.sequenced++;
        if (log.fault !== null) throw log.fault;
        const placed = Math.min(log.waiting, entriesPerSequence);
        log.waiting -= placed;
        seen.inOrder.push(`placed ${placed}`);
        return placed;
      },
    },
    logSigner: {} as never,
    clock: () => seen.nowEpochMs,
    log: { error: () => void seen.told++ },
  });
  onTestFinished(() => role.stop(0));
  return seen;
}

vi.setConfig({ testTimeout: 120_000 });

test("while nothing waits it is only asked whether something does; what comes is placed at the next look", async () => {
  const log = { waiting: 0, fault: null };
  const seen = running(log);
  await expect.poll(() => seen.asked, patient).toBeGreaterThanOrEqual(3);
  expect(seen.sequenced).toBe(1);
  log.waiting = 2;
  await expect.poll(() => log.waiting, patient).toBe(0);
  expect(seen.sequenced).toBe(2);
  // What was signed is compared with the log from time to time all the same.
  seen.nowEpochMs += 10_000;
  await expect.poll(() => seen.sequenced, patient).toBe(3);
  expect(seen.told).toBe(0);
});

test("a fault of the log is found at each look until it is mended, whatever waits", async () => {
  const log: Parameters<typeof running>[0] = {
    waiting: 0,
    fault: new TaplineError("corrupt", "another log"),
  };
  const seen = running(log);
  await expect.poll(() => seen.told, patient).toBeGreaterThanOrEqual(2);
  expect(seen.asked).toBe(0);
  log.fault = null;
  await expect.poll(() => seen.asked, patient).toBeGreaterThanOrEqual(1);
});

test("behind a full batch the next one is taken without a question", async () => {
  const seen = running({ waiting: 2 * entriesPerSequence + 1, fault: null });
  await expect.poll(() => seen.asked, patient).toBeGreaterThanOrEqual(1);
  const full = `placed ${entriesPerSequence}`;
  expect(seen.inOrder.slice(0, 4)).toEqual([full, full, "placed 1", "asked"]);
});
