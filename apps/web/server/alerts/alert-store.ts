import type { PrismaClient } from "@tapline/adapters/prisma";
import {
  AlertBoard,
  AlertCallLog,
  AlertChannelsDesk,
  AlertDeliveries,
  AlertDesk,
  AlertMaintenanceDesk,
  AlertPreviews,
  AlertRulesDesk,
  ChannelStandings,
} from "@tapline/adapters/prisma/alerts";
import { AlertStreams } from "@tapline/adapters/redis/live";
import type { Redis } from "ioredis";
import { AlertHealthReader } from "./alert-health-reader.ts";
import { AlertViews } from "./alert-views.ts";
import { ChannelViews } from "./channel-views.ts";
import { RulePreviewer } from "./rule-previewer.ts";
import { RulesEditor } from "./rules-editor.ts";

/** Alerts, and the rules that they come of. */
export interface AlertStore {
  desk: Pick<AlertDesk, "list" | "find" | "stepsOf" | "act">;
  rules: Pick<AlertRulesDesk, "active">;
  views: AlertViews;
  health: AlertHealthReader;
  previewer: RulePreviewer;
  editor: RulesEditor;
  channels: ChannelViews;
}

export function openAlerts(prisma: PrismaClient, redis: Redis): AlertStore {
  const streams = new AlertStreams(redis);
  const desk = new AlertDesk(prisma, (alert) => streams.publish([alert], true));
  const rules = new AlertRulesDesk(prisma, Date.now);
  const views = new AlertViews(new AlertBoard(prisma), { desk, rules }, prisma, Date.now);
  const health = new AlertHealthReader(new AlertCallLog(prisma), Date.now);
  const previewer = new RulePreviewer(new AlertPreviews(prisma, Date.now));
  const editor = new RulesEditor(
    { rules, streams, channels: new AlertChannelsDesk(prisma, Date.now) },
    prisma,
  );
  return { desk, editor, rules, views, health, previewer, channels: openChannels(prisma) };
}

function openChannels(prisma: PrismaClient): ChannelViews {
  const stores = {
    channels: new AlertChannelsDesk(prisma, Date.now),
    deliveries: new AlertDeliveries(prisma, Date.now),
    standings: new ChannelStandings(prisma),
    maintenance: new AlertMaintenanceDesk(prisma, Date.now),
  };
  return new ChannelViews(stores, prisma);
}
