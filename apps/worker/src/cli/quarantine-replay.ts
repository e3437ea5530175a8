import { TaplineError } from "@tapline/core/kernel";
import { bufferSettings } from "../settings/buffer.ts";
import { ingestSettings } from "../settings/ingest.ts";
import type { ReplayLimits } from "../wire/commands/quarantine.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { bufferSealSetting, ceilingSetting, creditSettings } from "./config.ts";
import { findStores } from "./find-stores.ts";
import { judgedSetting } from "./judged-setting.ts";
import { effectText, withQuarantine } from "./quarantine-command.ts";

interface ReplayOptions extends ActingOptions {
  readonly reasonCode?: string;
  readonly agent?: string;
  readonly all?: boolean;
}

export async function replay(options: ReplayOptions): Promise<void> {
  const { reasonCode, agent, all } = options;
  const { dryRun, ...act } = actOf(options);
  if (reasonCode === undefined && agent === undefined && all !== true)
    throw new TaplineError("invalid-input", "which taps are to be replayed is not said", {
      remedy: "Say --reason-code CODE, --agent ID, or --all.",
    });
  const filter = {
    ...(reasonCode === undefined ? {} : { reason: reasonCode }),
    ...(agent === undefined ? {} : { agent }),
  };
  const limits = replayLimits();
  const effect = await withQuarantine(async (quarantine) => {
    if (dryRun) return await quarantine.preview(filter);
    const { redisUrl } = await findStores();
    if (redisUrl !== undefined) return await quarantine.replay(filter, act, redisUrl, limits);
    throw new TaplineError("misconfigured", "REDIS_URL is not set", {
      remedy: "set it to the Redis of the installation, beside DATABASE_URL",
    });
  });
  process.stdout.write(`${effectText(effect, dryRun ? "would" : "did")}\n`);
}

/** As the doors and workers have them, so that a replay stays within the same bounds. */
function replayLimits(): ReplayLimits {
  const { tapsPerSecond, windowTaps } = creditSettings();
  return {
    tapsPerSecond: judgedSetting(
      ingestSettings.TAPLINE_AGENT_TAPS_PER_SECOND,
      tapsPerSecond,
      "TAPLINE_AGENT_TAPS_PER_SECOND",
    ),
    windowTaps: judgedSetting(
      ingestSettings.TAPLINE_CREDIT_WINDOW_TAPS,
      windowTaps,
      "TAPLINE_CREDIT_WINDOW_TAPS",
    ),
    maxBytes:
      judgedSetting(bufferSettings.TAPLINE_BUFFER_MAX_MIB, ceilingSetting(), "TAPLINE_BUFFER_MAX_MIB") *
      1024 *
      1024,
    sealsFrames:
      judgedSetting(bufferSettings.TAPLINE_BUFFER_SEAL, bufferSealSetting(), "TAPLINE_BUFFER_SEAL") ===
      "process-key",
  };
}
