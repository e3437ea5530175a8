import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

/** What the image is asked to be: `web`, `migrate`, or roles of the worker, which reads them itself. */
export function readRole(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.ROLE ?? "";
}

const url = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" });
const schema = z.object({
  /** As which the services sign in. */
  DATABASE_URL: url,
  /** As which the owner of the tables signs in, who applies migrations; unset: the services own them. */
  DATABASE_OWNER_URL: url.optional(),
  /** What the names of the services' own roles begin with, as tapline_; unset: all sign in as the role in DATABASE_URL. */
  DATABASE_ROLE_PREFIX: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,39}$/, "must be small letters, digits and _, 40 at most")
    .optional(),
});

/** @throws TaplineError `misconfigured` with one sentence that names every broken setting */
export function readMigrationConfig(environment: NodeJS.ProcessEnv = process.env): z.infer<typeof schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const broken = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new TaplineError("misconfigured", `settings are wrong: ${broken.join("; ")}`, {
    remedy: "set what is named there",
  });
}
