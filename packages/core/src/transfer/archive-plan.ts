import { z } from "zod";
import { TaplineError } from "../kernel/index.ts";
import { bandwidthSchema } from "./bandwidth.ts";

const hostKeySchema = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "must be SHA256:… as `ssh-keygen -lf` prints it");

/** One archive of a plan. */
const targetSchema = z.strictObject({
  /** Written beside each segment that lies there: once used, it stays that archive's name. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be letters, digits and -, such as main or off-site"),
  url: z.url({ protocol: /^sftp$/ }),
  /** Host keys that are believed: one; two while the server's key is being changed. */
  hostKeys: z.array(hostKeySchema).min(1).max(2),
  /** Path of the client's private key, relative to the plan's file. */
  keyFile: z.string().min(1),
  readBackShare: z.number().min(0).max(1).optional(),
  /** Connections at once; further ones are opened only while all are busy. */
  maxConnections: z.int().min(1).max(8).default(2),
  bandwidth: bandwidthSchema.prefault({}),
  /** Free space below which is warned, and below which nothing more is sent; bytes, 0 = not watched. */
  warnFreeBytes: z
    .int()
    .min(0)
    .default(10 * 2 ** 30),
  stopFreeBytes: z
    .int()
    .min(0)
    .default(2 ** 30),
});

/** Which archives there are, and when a segment counts as archived. */
export const archivePlanSchema = z
  .strictObject({
    /** `mirror`: each segment goes to all of them. `fail-over`: to the first that works, in the order given. */
    mode: z.enum(["mirror", "fail-over"]).default("mirror"),
    /** How many must hold a segment before it is archived. Default: more than half; 1 in `fail-over`. */
    quorum: z.int().min(1).optional(),
    targets: z.array(targetSchema).min(1).max(8),
  })
  .refine(({ targets }) => new Set(targets.map(({ name }) => name)).size === targets.length, {
    message: "two targets have the same name",
    path: ["targets"],
  })
  .refine(({ quorum = 1, targets }) => quorum <= targets.length, {
    message: "is larger than the number of targets",
    path: ["quorum"],
  });

export type ArchivePlan = z.infer<typeof archivePlanSchema>;

export type ArchivePlanTarget = ArchivePlan["targets"][number];

/** Reads a plan's file. @throws TaplineError `misconfigured` that names every fault */
export function readArchivePlan(json: string, path: string): ArchivePlan {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new TaplineError("misconfigured", `${path} is not JSON`, { remedy: "Correct the file.", cause });
  }
  const parsed = archivePlanSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new TaplineError("misconfigured", `${path} is no plan of archives: ${faults.join("; ")}`, {
    remedy: "Correct the file; docs/operations.md shows one.",
  });
}

/**
 * The host keys that are believed once an offered one was accepted: the offered one first, and the newest of those before,
 * so that workers go on while the server changes.
 * @param keepOld false where the old key must not be believed any more
 */
export function repinned(known: readonly string[], offered: string, keepOld: boolean): string[] {
  const before = known.filter((pin) => pin !== offered);
  return keepOld ? [offered, ...before.slice(0, 1)] : [offered];
}

/** How a plan spreads segments. */
export interface ArchiveRule {
  readonly mode: ArchivePlan["mode"];
  /** Archives that must hold a segment before it counts. */
  readonly quorum: number;
}

/** A plan's rule, with what holds where it says nothing. */
export function archiveRule(plan: {
  readonly mode: ArchivePlan["mode"];
  readonly quorum?: number | undefined;
  readonly targets: readonly unknown[];
}): ArchiveRule {
  const { mode, targets } = plan;
  return { mode, quorum: plan.quorum ?? (mode === "fail-over" ? 1 : Math.floor(targets.length / 2) + 1) };
}

/** Names of the archives that every segment shall lie in, at the latest once it was copied there. */
export function wantedTargets(mode: ArchivePlan["mode"], names: readonly string[]): readonly string[] {
  return mode === "mirror" ? names : names.slice(0, 1);
}

/**
 * Whether the archives that answer are enough to bring the index level with all of them.
 * @param span `all`: nothing else tells what lies there, so no segment that counts may lie at silent ones alone. `recent`:
 * what is missed has no receipt yet and is sent again, so enough to archive by are enough, too
 */
export function enoughToLevel(
  { quorum }: ArchiveRule,
  span: "recent" | "all",
  archives: { readonly answering: number; readonly silent: number },
): boolean {
  const missesNothing = archives.silent < quorum;
  return missesNothing || (span === "recent" && archives.answering >= quorum);
}
