import { actRefused, type NoopsSwitches } from "@tapline/core/noops";
import { pino } from "pino";
import { expect, test } from "vitest";
import { HaltOnKill } from "./halt-on-kill.ts";

const log = pino({ level: "silent" });
const pulledAt = (atEpochMs: number | null) =>
  ({ kill: atEpochMs === null ? null : { by: "ada", atEpochMs }, pauses: [] }) as unknown as NoopsSwitches;

test("what restarts is stopped once for each pull of the kill switch, and again where nobody could be asked", async () => {
  const halts: (number | null)[] = [];
  let isAway = true;
  const halting = new HaltOnKill(
    {
      halt: async ({ fence }) => {
        halts.push(fence);
        if (isAway) throw new Error("the supervisor is away");
      },
    },
    log,
  );
  await halting.heed(pulledAt(null), 1);
  await halting.heed(pulledAt(7), 1);
  isAway = false;
  for (const fence of [1, 1, 2]) await halting.heed(pulledAt(7), fence);
  expect(halts).toEqual([1, 1]);
  await halting.heed(pulledAt(null), 2);
  await halting.heed(pulledAt(9), 2);
  expect(halts).toEqual([1, 1, 2]);
});

test("a platform that rolls by itself is asked once", async () => {
  let asked = 0;
  const halting = new HaltOnKill(
    {
      halt: async () => {
        asked += 1;
        throw actRefused("unsupported", "the cluster rolls");
      },
    },
    log,
  );
  for (let i = 0; i < 3; i++) await halting.heed(pulledAt(7), 1);
  expect(asked).toBe(1);
  await new HaltOnKill(null, log).heed(pulledAt(7), 1);
});
