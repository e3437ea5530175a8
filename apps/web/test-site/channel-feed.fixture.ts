import { randomUUID } from "node:crypto";
import { connectPrisma } from "@tapline/adapters/prisma";
import { AlertChannelsDesk, AlertDeliveries } from "@tapline/adapters/prisma/alerts";
import {
  type AlertNotice,
  alertChannelsFormat,
  type DeliveryOutcome,
  parseAlertChannels,
} from "@tapline/core/alerts";

/** What the worker's alerts role would send and write down. */
export interface ChannelFeed {
  /** Puts a mail, two chat rooms and a webhook in force. */
  release: () => Promise<void>;
  /** Makes a delivery of an alert, and ends it so. */
  tell: (channel: string, given: Partial<AlertNotice>, outcome: DeliveryOutcome | "waiting") => Promise<void>;
  /** Takes what waits from now on, and ends it so, until stopped. */
  settle: (outcome: (channel: string) => DeliveryOutcome) => () => void;
  /** Has an agent stand at each of these sites. */
  placeAgents: (...sites: string[]) => Promise<void>;
  stop: () => Promise<void>;
}

export function startChannelFeed(databaseUrl: string): ChannelFeed {
  const prisma = connectPrisma(databaseUrl);
  const deliveries = new AlertDeliveries(prisma, Date.now);
  const settleAll = async (outcome: (channel: string) => DeliveryOutcome) => {
    for (const id of await deliveries.ask()) {
      const taken = await deliveries.take(id);
      if (taken !== null) await deliveries.settle(taken, outcome(taken.channel));
    }
  };
  return {
    release: async () => {
      await new AlertChannelsDesk(prisma, Date.now).release(parseAlertChannels(document), {
        ...{ actor: { kind: "operator", id: "test" }, reason: "for the test", traceId: null },
      });
    },
    tell: async (channel, given, outcome) => {
      const notice = noticeOf(given);
      const { alertId, kind, raisedAtEpochMs } = notice;
      await prisma.alertDelivery.create({
        data: {
          ...{ id: randomUUID(), alertId, kind, channel, notice, state: "waiting" },
          ...{ raisedAt: new Date(raisedAtEpochMs), dueAt: new Date() },
        },
      });
      if (outcome !== "waiting") await settleAll(() => outcome);
    },
    settle: (outcome) => {
      let under = Promise.resolve();
      const timer = setInterval(() => {
        under = under.then(() => settleAll(outcome)).catch(() => {});
      }, 100);
      return () => clearInterval(timer);
    },
    placeAgents: async (...sites) => {
      await prisma.agent.createMany({ data: sites.map((site) => ({ id: `gate-${site}`, site })) });
    },
    stop: () => prisma.$disconnect(),
  };
}

const document = {
  format: alertChannelsFormat,
  mail: { host: "127.0.0.1", security: "none", from: "tapline@example.org" },
  channels: [
    { kind: "email", name: "duty-mail", to: ["ada@example.org", "bob@example.org"] },
    { kind: "webhook", name: "desk", url: "https://desk.example/tapline", key: { secret: "desk-key" } },
    { kind: "webhook", name: "room", shape: "slack", url: { secret: "room-url" }, tells: ["call"] },
    { kind: "webhook", name: "night-room", shape: "teams", url: { secret: "night-url" } },
  ],
  schedules: [
    {
      ...{ name: "duty", timeZone: "Europe/Berlin", otherwise: ["duty-mail"] },
      shifts: [{ days: ["sat", "sun"], from: "06:00", until: "22:00", tell: ["night-room"] }],
    },
  ],
  policies: [{ name: "on-call", steps: [{ afterMinutes: 0, tell: ["duty"] }] }],
};

function noticeOf(given: Partial<AlertNotice>): AlertNotice {
  const now = Date.now();
  return {
    ...{ kind: "call", alertId: randomUUID(), rev: 1, ruleId: "agent-offline", severity: "warning" },
    ...{ scope: { site: "north", agent: "gym-7" }, message: "Agent gym-7 has not been heard of for 4 min" },
    ...{ value: null, limit: 60_000, action: "Look at the PC.", runbook: "docs/runbooks.md#agent-offline" },
    ...{ breachedAtEpochMs: now - 60_400, raisedAtEpochMs: now - 400, atEpochMs: now, by: null, step: 0 },
    ...given,
  };
}
