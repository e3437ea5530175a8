import { z } from "zod";

/**
 * The services of which two releases may run side by side, since something shares out what comes anew: the buffer where it cuts
 * segments for the stages of their path, the mesh where requests come in. Of all others one process at a time does the work.
 */
export const releasedServices = ["validation", "encryption", "transfer", "ingest", "web"] as const;
export const releasedServiceSchema = z.enum(releasedServices);
export type ReleasedService = z.infer<typeof releasedServiceSchema>;

/**
 * Settings that say what a process is, whom it believes, what it seals by, where it sends to or listens, and secrets: who could set
 * them by a release would reach what they guard, past whoever else has to agree to it.
 */
export const reservedSettings =
  /^(ROLE|TAPLINE_COLOUR|TAPLINE_INSTANCE|TAPLINE_KUBECONFIG)$|^TAPLINE_(ACTUATOR|OIDC|WITNESS)|^OTEL_EXPORTER_|URL|KEY|PASS|SECRET|TOKEN|CERT|CHAIN|TRUST|SIGNER|RECIPIENT|ARCHIVES|SEAL|UNSIGNED|ORIGIN|NETWORKS|PUSH_SERVICES|CONSOLE|FAULT|_(CA|ROOT|HOST|PORT|DIR)$/;
/** A release says it by a part of its own. */
const rulesSetting = "TAPLINE_RULES_RELEASE";
const setting = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,79}$/, "must be a setting's name")
  .refine(
    (name) => !reservedSettings.test(name) && name !== rulesSetting,
    "is a secret, or says what a process is or believes: no release sets it",
  );

/** What a release is made of; none of it ever changes. */
export const releaseContentSchema = z.strictObject({
  service: releasedServiceSchema,
  /** Which program: as the actuator takes it, an image's tag or the name of a folder. */
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, "must be a version, without slashes"),
  /** Settings that differ from the installation's. */
  config: z.record(setting, z.string().max(4_096)),
  /** The release of the validation rules that it judges by; null = the one in force. */
  rules: z.int().min(1).nullable(),
});
export type ReleaseContent = z.infer<typeof releaseContentSchema>;

/** An immutable release of one service. */
export type ServiceRelease = ReleaseContent & {
  /** Counts from 1, over all services. */
  readonly id: number;
};

/** The settings that a process of this release runs with: what it judges by is one of them. */
export function settingsOf({ config, rules }: ReleaseContent): Record<string, string> {
  return rules === null ? { ...config } : { ...config, [rulesSetting]: String(rules) };
}
