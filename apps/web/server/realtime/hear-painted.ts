import type { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import type { AlertNews } from "@tapline/core/alerts";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import { RuleDelays } from "../alerts/rule-delays.ts";
import type { Realtime } from "./create-realtime.ts";
import { PaintAllowance, PaintedAlerts } from "./painted-alerts.ts";

/** Hears from browsers when alerts were painted, and times that. @returns to be told of news before browsers are */
export function hearPainted(
  realtime: Realtime,
  rules: Pick<AlertRulesDesk, "active">,
  recorder: Pick<TelemetryRecorder, "time">,
): (news: AlertNews) => void {
  const delays = new RuleDelays(rules);
  const alerts = new PaintedAlerts({
    delayMsOf: (alert) => delays.of(alert),
    time: (ms) => recorder.time("alert.breach_to_screen_ms", ms),
    clock: Date.now,
  });
  realtime.on("connection", (socket) => {
    const allowance = new PaintAllowance();
    socket.on("alertsPainted", (said) => void alerts.painted(said, allowance));
  });
  return (news) => alerts.told(news);
}
