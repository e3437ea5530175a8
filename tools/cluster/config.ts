import { z } from "zod";

const schema = z.object({
  /** The context that somebody names as one to throw away, where its name does not say so. */
  TAPLINE_THROW_AWAY_CLUSTER: z.string().min(1).optional(),
  /** Tapline's image, as it was loaded into the nodes or can be fetched by them. */
  TAPLINE_CLUSTER_IMAGE: z.string().min(1).default("tapline:0.1.0"),
  /** 1: what was made stays, to be looked at. */
  TAPLINE_KEEP_CLUSTER: z.enum(["0", "1"]).default("0"),
});

/** What a trial in a cluster is told. @throws ZodError */
export function trialSettings(environment: NodeJS.ProcessEnv = process.env): {
  throwAway: string | undefined;
  image: string;
  keep: boolean;
} {
  const read = schema.parse(environment);
  return {
    throwAway: read.TAPLINE_THROW_AWAY_CLUSTER,
    image: read.TAPLINE_CLUSTER_IMAGE,
    keep: read.TAPLINE_KEEP_CLUSTER === "1",
  };
}
