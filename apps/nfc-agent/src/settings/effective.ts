import { type AgentSettings, agentSettingsSchema } from "@tapline/core/tap";
import type { LocalSettings, LogLevel } from "../config.ts";

/** The settings in force, of those that the server may give. */
export type EffectiveSettings = {
  [Key in Exclude<keyof AgentSettings, "logLevel">]-?: Exclude<AgentSettings[Key], undefined>;
} & { logLevel: LogLevel };

const defaults: EffectiveSettings = {
  link: "auto",
  releaseAt: "archived",
  outboxMaxBytes: 256 * 1024 * 1024,
  outboxMaxAgeMs: null,
  reportEveryMs: 60_000,
  rereads: 3,
  buzzer: true,
  logLevel: "info",
};

/** What holds: this machine's own word, else the server's, else the default. */
export function effectiveSettings(local: LocalSettings, server: AgentSettings): EffectiveSettings {
  const keys = Object.keys(agentSettingsSchema.shape) as (keyof AgentSettings)[];
  const pick = (key: keyof AgentSettings) => {
    if (local[key] !== undefined) return local[key];
    return server[key] === undefined ? defaults[key] : server[key];
  };
  return Object.fromEntries(keys.map((key) => [key, pick(key)])) as EffectiveSettings;
}
