import { otlpSettings } from "@tapline/telemetry/otlp";
import { z } from "zod";
import { alertsSettings } from "./settings/alerts.ts";
import { auditSettings } from "./settings/audit.ts";
import { balanceSettings } from "./settings/balance.ts";
import { bufferSettings, minMibPerPartition } from "./settings/buffer.ts";
import { careSettings } from "./settings/care.ts";
import { encryptionSettings } from "./settings/encryption.ts";
import { list } from "./settings/forms.ts";
import { handsSettings } from "./settings/hands.ts";
import { ingestSettings } from "./settings/ingest.ts";
import { processSettings } from "./settings/process.ts";
import { storesSettings } from "./settings/stores.ts";
import { transferSettings } from "./settings/transfer.ts";
import { validationSettings } from "./settings/validation.ts";

/** The services that one worker process can be, by their word. */
export const roleNames = [
  "ingest",
  "buffer",
  "validation",
  "encryption",
  "transfer",
  "audit",
  "kpi",
  "telemetry",
  "alerts",
  "balance",
  "noops",
] as const;

export type RoleName = (typeof roleNames)[number];

/**
 * Settings of the worker, read once from the environment. Groups that a role does not need may be absent;
 * `wire/` asks for them with a clear error where they are needed.
 */
const environmentSchema = z.object({
  /** Services to run, comma-separated words; empty = all. */
  ROLE: list.pipe(z.array(z.enum(roleNames))).default([]),
  ...storesSettings,
  ...ingestSettings,
  ...bufferSettings,
  ...transferSettings,
  ...encryptionSettings,
  ...careSettings,
  ...alertsSettings,
  ...auditSettings,
  ...balanceSettings,
  ...validationSettings,
  ...handsSettings,
  ...processSettings,
  ...otlpSettings,
});

export type Config = Omit<z.infer<typeof environmentSchema>, "ROLE"> & {
  readonly roles: readonly RoleName[];
};

/**
 * Reads and checks the settings.
 * @throws ConfigError one sentence that names every wrong setting
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`settings are wrong: ${faults.join("; ")}`);
  }
  const { ROLE, ...rest } = parsed.data;
  const leastMib = rest.TAPLINE_PARTITIONS * minMibPerPartition;
  if (rest.TAPLINE_BUFFER_MAX_MIB < leastMib)
    throw new ConfigError(
      `settings are wrong: TAPLINE_BUFFER_MAX_MIB: ${rest.TAPLINE_PARTITIONS} partitions need ${leastMib} MiB at least`,
    );
  return { ...rest, roles: ROLE.length === 0 ? roleNames : ROLE };
}

/** A setting that stops the start. */
export class ConfigError extends Error {}
