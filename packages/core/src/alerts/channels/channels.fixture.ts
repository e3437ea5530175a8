import { type AlertChannels, type AlertNotice, alertChannelsFormat, parseAlertChannels } from "../index.ts";

/** A mail, three webhooks, people who take turns, and a policy. For tests. */
export function channels(given: Record<string, unknown> = {}): AlertChannels {
  return parseAlertChannels({
    format: alertChannelsFormat,
    mail: { host: "127.0.0.1", port: 2525, security: "none", from: "tapline@example.org" },
    channels: [
      { kind: "email", name: "ada-mail", to: ["ada@example.org"] },
      { kind: "email", name: "bob-mail", to: ["bob@example.org"] },
      { kind: "webhook", name: "desk", url: "https://desk.example/hook", key: { secret: "desk-key" } },
      { kind: "webhook", name: "room", url: { secret: "room-url" }, shape: "slack", tells: ["call"] },
    ],
    schedules: [
      {
        name: "duty",
        timeZone: "Europe/Berlin",
        shifts: [
          { days: ["mon", "tue", "wed", "thu", "fri"], from: "06:00", until: "14:00", tell: ["ada-mail"] },
          { days: ["fri"], from: "22:00", until: "06:00", tell: ["room"] },
        ],
        otherwise: ["bob-mail"],
      },
    ],
    policies: [
      {
        name: "on-call",
        steps: [
          { afterMinutes: 0, tell: ["duty"] },
          { afterMinutes: 5, tell: ["ada-mail", "bob-mail"] },
        ],
        repeatMinutes: 15,
      },
    ],
    ...given,
  });
}

export const notice: AlertNotice = {
  ...{ kind: "call", alertId: "01936f2b-7a00-7000-8000-000000000001", rev: 3, ruleId: "agent-offline" },
  ...{ severity: "critical", message: "Agent gym-7 is offline", scope: { site: "north", agent: "gym-7" } },
  ...{ value: null, limit: 120_000, action: "Look at the PC.", runbook: "docs/runbooks.md#agent-offline" },
  ...{ raisedAtEpochMs: 1_795_000_000_000, atEpochMs: 1_795_000_000_500, by: null, step: 0 },
};
