import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { type Actor, TaplineError, traceIdOf } from "@tapline/core/kernel";
import { traceSetting } from "./config.ts";

/** Options of every command that changes something (`program/acting-options.ts`). */
export interface ActingOptions {
  readonly reason: string;
  readonly by?: string;
  readonly dryRun?: boolean;
}

/** The same of what changes which rules are in force. */
export interface SeenOptions extends ActingOptions {
  /** The version that was in force when whoever asks looked, 0 = none; undefined: whatever is. */
  readonly seen?: number;
}

/** Of all that one run of the command does: the trace that it was run in, else one of its own. */
const traceId = traceIdOf(traceSetting()) ?? randomBytes(16).toString("hex");

/** Who runs the command, why, when and in which trace. @throws TaplineError `invalid-input` where nobody is named */
export function actOf(options: ActingOptions): {
  readonly actor: Actor;
  readonly reason: string;
  readonly traceId: string;
  readonly atEpochMs: number;
  readonly dryRun: boolean;
} {
  const id = options.by ?? loginName();
  if (id === "")
    throw new TaplineError("invalid-input", "who acts is not known", { remedy: "Say so by --by NAME." });
  return {
    actor: { kind: "operator", id },
    reason: options.reason,
    traceId,
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
