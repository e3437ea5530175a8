import { z } from "zod";
import { visitKinds } from "./visit.ts";

const ratio = z.number().min(0).max(1);

/** What simulated trackers and readers go through. */
export const scenarioSchema = z
  .strictObject({
    /** For people. */
    about: z.string().optional(),
    /** Share of each kind among all visits, 0-1; the rest are `fresh`. */
    ratios: z.partialRecord(z.enum(visitKinds), ratio).default({}),
    /** Instead of `ratios`: exactly these visits in this order, then the run is over. */
    script: z
      .array(z.strictObject({ visit: z.enum(visitKinds), times: z.int().min(1).max(1_000_000).default(1) }))
      .min(1)
      .optional(),
    /** Packets that a tracker keeps, default 16. One that leaves unread is lost, and a hole stays. */
    ringPackets: z.int().min(1).max(1000).default(16),
    /** The last so many trackers of the file serve `revoked-tracker` alone; whoever runs it revokes them, default 0. */
    revokedTrackers: z.int().min(0).default(0),
    /** A tag that does not answer is given up after this, ms, default 500. */
    stallAfterMs: z.int().min(0).default(500),
    /** How long a collision, a stall, another program's hold or an unplugged cable lasts, ms, default 1,000. */
    troubleMs: z.int().min(0).default(1000),
  })
  .refine(
    ({ ratios }) => Object.values(ratios).reduce((sum, one) => sum + one, 0) <= 1,
    "the ratios must not exceed 1 together",
  )
  .refine(
    ({ ratios, script = [], revokedTrackers }) =>
      revokedTrackers > 0 ||
      ((ratios["revoked-tracker"] ?? 0) === 0 && script.every(({ visit }) => visit !== "revoked-tracker")),
    "revoked-tracker needs revokedTrackers",
  );

export type Scenario = z.infer<typeof scenarioSchema>;

/** Scenarios that are there by name. */
export const builtInScenarios: Readonly<Record<string, Scenario>> = {
  everyday: scenarioSchema.parse({
    about: "good taps, 2 % of them duplicates, 1 % damaged",
    ratios: { duplicate: 0.02, malformed: 0.01 },
  }),
  rough: scenarioSchema.parse({
    about: "impatient people and loose cables: all that goes wrong between tag and reader",
    ratios: {
      duplicate: 0.02,
      ring: 0.01,
      healed: 0.05,
      torn: 0.03,
      pulled: 0.05,
      flapping: 0.03,
      collision: 0.03,
      silent: 0.02,
      foreign: 0.02,
      held: 0.02,
      unplugged: 0.02,
      missed: 0.1,
    },
  }),
  hostile: scenarioSchema.parse({
    about: "clones, replays, strangers, broken clocks: all that validation has to refuse or to recognise",
    ratios: {
      duplicate: 0.1,
      ring: 0.02,
      clone: 0.05,
      malformed: 0.05,
      unsigned: 0.03,
      skewed: 0.03,
      drifting: 0.1,
      "unknown-tracker": 0.03,
    },
  }),
};
