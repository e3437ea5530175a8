import { TaplineError } from "@tapline/core/kernel";
import type { z } from "zod";

/** A setting as workers take it; without one, their default. @throws TaplineError `misconfigured`, naming it */
export function judgedSetting<Form extends z.ZodType>(
  form: Form,
  value: string | undefined,
  name: string,
): z.infer<Form> {
  const judged = form.safeParse(value);
  if (judged.success) return judged.data;
  const [issue] = judged.error.issues;
  throw new TaplineError("misconfigured", `${name} is wrong: ${issue?.message}`, {
    remedy: "Set it as docs/operations.md says, and as the workers have it.",
  });
}
