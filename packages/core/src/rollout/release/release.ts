import { z } from "zod";

/**
 * The services of which two releases may run side by side, since something shares out what comes anew: the buffer where it cuts
 * segments for the stages of their path, the mesh where requests come in. Of all others one process at a time does the work.
 */
export const releasedServices = ["validation", "encryption", "transfer", "ingest", "web"] as const;
export const releasedServiceSchema = z.enum(releasedServices);
export type ReleasedService = z.infer<typeof releasedServiceSchema>;

/**
 * All that a release may set: how much and how fast, what is logged and traced, and what the console is called. Whatever is not
 * named here (secrets, addresses, whom a process believes, what it is, what all processes have to have alike) is the installation's:
 * who could set it by a release would reach what it guards, past whoever else has to agree to it. A new setting is refused until it
 * stands here and in the cluster's admission policy.
 */
export const releasableSettings: readonly string[] = [
  "LOG_LEVEL",
  "OTEL_METRIC_EXPORT_INTERVAL",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "TAPLINE_AGENT_TAPS_PER_SECOND",
  "TAPLINE_ARCHIVE_READBACK",
  "TAPLINE_CREDIT_WINDOW_TAPS",
  "TAPLINE_DRAIN_DELAY_SECONDS",
  "TAPLINE_GRACE_SECONDS",
  "TAPLINE_SITE_NAME",
  "TAPLINE_SITE_TIME_ZONE",
];
/** A release says it by a part of its own. */
const rulesSetting = "TAPLINE_RULES_RELEASE";
const settings = z.record(z.string(), z.string().max(4_096));

/** Whether a process may be run with it by a release: what a release sets, and what it judges by. */
export function mayReleaseSet(name: string): boolean {
  return releasableSettings.includes(name) || name === rulesSetting;
}

/** For people, of a setting that no release sets. */
export function whyNotReleasable(name: string): string {
  return `a release cannot set ${name}; it may set ${releasableSettings.join(", ")}`;
}

/** What a release is made of; none of it ever changes. */
export const releaseContentSchema = z.strictObject({
  service: releasedServiceSchema,
  /** Which program: as the actuator takes it, an image's tag or the name of a folder. */
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, "must be a version, without slashes"),
  /** Settings that differ from the installation's. */
  config: settings.superRefine((given, context) => {
    for (const name of Object.keys(given))
      if (!releasableSettings.includes(name))
        context.addIssue({ code: "custom", path: [name], message: whyNotReleasable(name) });
  }),
  /** The release of the validation rules that it judges by; null = the one in force. */
  rules: z.int().min(1).nullable(),
});
export type ReleaseContent = z.infer<typeof releaseContentSchema>;

/** A release that was made: by the settings that releases could set then. Whoever runs it asks anew. */
export const madeReleaseSchema = releaseContentSchema.extend({ config: settings });

/** An immutable release of one service. */
export type ServiceRelease = ReleaseContent & {
  /** Counts from 1, over all services. */
  readonly id: number;
};

/** The settings that a process of this release runs with: what it judges by is one of them. */
export function settingsOf({ config, rules }: ReleaseContent): Record<string, string> {
  return rules === null ? { ...config } : { ...config, [rulesSetting]: String(rules) };
}
