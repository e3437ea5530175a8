import { randomBytes } from "node:crypto";
import { entryOf, openAlert, type Raise } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertCallLog, AlertDesk } from "./index.ts";

let services: PrismaClient;
let desk: AlertDesk;
let log: AlertCallLog;

beforeAll(async () => {
  services = connectPrisma(servicesOf(await freshDatabase()));
  desk = new AlertDesk(services);
  log = new AlertCallLog(services);
});
afterAll(() => services.$disconnect());

async function raised(agent: string, atEpochMs: number) {
  const raise: Raise = {
    ...{
      ruleId: "agent-offline",
      release: "ab".repeat(32),
      scope: { agent, site: "a" },
      severity: "critical",
    },
    ...{ message: "gone", value: 12, limit: 10, group: null, firstOut: false, suppressedBy: null },
    ...{ unit: "ms", breachedAtEpochMs: atEpochMs },
  };
  const actor = { kind: "job", id: "alerts" } as const;
  const step = openAlert(uuidV7(atEpochMs, randomBytes), raise, { atEpochMs, actor });
  await desk.write([
    { baseRev: 0, alert: step.alert, entries: [entryOf(step, uuidV7(atEpochMs, randomBytes))] },
  ]);
  return step.alert;
}

test("reads the calls from the audit log, the newest first, and what has stood for long", async () => {
  const now = Date.now();
  const first = await raised("gym-1", now - 5_000);
  await raised("gym-2", now - 1_000);
  const act = { kind: "acknowledge", note: null } as const;
  await desk.act(first.id, act, { atEpochMs: now, seenRev: 1, actor: { kind: "operator", id: "ada" } });
  const calls = await log.since(now - 60_000, 10);
  expect(calls).toEqual({
    isWhole: true,
    transitions: [
      expect.objectContaining({ scopeKey: "agent=gym-2;site=a", atEpochMs: now - 1_000 }),
      {
        ...{ kind: "raised", ruleId: "agent-offline", scopeKey: "agent=gym-1;site=a", severity: "critical" },
        ...{ to: "active-unacknowledged", atEpochMs: now - 5_000 },
      },
    ],
  });
  expect(await log.since(now - 60_000, 1)).toMatchObject({
    isWhole: false,
    transitions: [{ kind: "raised" }],
  });
  const standing = { ruleId: "agent-offline", scopeKey: "agent=gym-1;site=a", severity: "critical" };
  expect(await log.standingSince(now - 2_000, 10)).toEqual({
    alerts: [{ ...standing, raisedAtEpochMs: now - 5_000 }],
    count: 1,
  });
  expect(await log.standingSince(now, 1)).toMatchObject({ alerts: [standing], count: 2 });
  expect(await log.standingSince(now - 5_000, 1)).toEqual({ alerts: [], count: 0 });
});
