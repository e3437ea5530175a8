import { alertChannelsFormat, noChannels, parseAlertChannels } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertChannelsDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: AlertChannelsDesk;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a new desk" } as const;
const channels = parseAlertChannels({
  format: alertChannelsFormat,
  channels: [{ kind: "webhook", name: "room", shape: "slack", url: { secret: "room-url" } }],
});

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  desk = new AlertChannelsDesk(prisma, () => 1_790_000_000_000);
});
afterAll(() => prisma.$disconnect());

test("before the first release nobody is told; each release is in force at once, and audited", async () => {
  expect(await desk.active()).toEqual({ version: 0, channels: noChannels });
  const made = await Promise.all([desk.release(channels, act), desk.release(channels, act)]);
  expect(made.toSorted()).toEqual([1, 2]);
  expect(await desk.active()).toEqual({ version: 2, channels });
  const rows = await prisma.auditEntry.findMany({ where: { subject: "alert-channels/2" } });
  expect(rows.map(({ action, actorId }) => [action, actorId])).toEqual([["alert-channels.released", "ada"]]);
});

test("who looked at another release than is in force changes nothing", async () => {
  await expect(desk.release(channels, act, 1)).rejects.toMatchObject({
    ...{ code: "conflict", facts: { version: 2, by: "operator/ada" } },
    message: "version 2 of the alert channels is in force by now, and no longer version 1",
  });
  expect(await desk.active()).toMatchObject({ version: 2 });
  const ends = await Promise.allSettled([desk.release(channels, act, 2), desk.release(channels, act, 2)]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("a release never changes, and never goes", async () => {
  for (const change of [
    "UPDATE alert_channel_release SET reason = 'other'",
    "DELETE FROM alert_channel_release",
  ])
    await expect(prisma.$executeRawUnsafe(change)).rejects.toThrow("is refused");
});
