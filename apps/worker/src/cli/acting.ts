import { userInfo } from "node:os";
import { type Actor, TaplineError } from "@tapline/core/kernel";

/** Options of every command that changes something (`program/acting-options.ts`). */
export interface ActingOptions {
  readonly reason: string;
  readonly by?: string;
  readonly dryRun?: boolean;
}

/** Who runs the command, why and when. @throws TaplineError `invalid-input` where nobody is named */
export function actOf(options: ActingOptions): {
  readonly actor: Actor;
  readonly reason: string;
  readonly atEpochMs: number;
  readonly dryRun: boolean;
} {
  const id = options.by ?? loginName();
  if (id === "")
    throw new TaplineError("invalid-input", "who acts is not known", { remedy: "Say so by --by NAME." });
  return {
    actor: { kind: "operator", id },
    reason: options.reason,
    atEpochMs: Date.now(),
    dryRun: options.dryRun === true,
  };
}

/** "" for a user without a name, as in some containers. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
