import { type Actor, hasCode } from "@tapline/core/kernel";
import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";
import type { RequestContext } from "../trpc/init.ts";

/** Why; goes into the audit log. */
export const reasonSchema = z.string().trim().min(1).max(500);

/** The password of whoever acts: a session alone is not enough for what harms and is not easily undone. */
export const passwordSchema = z.string().min(1).max(1_000);

type Acting = { readonly viewer: Viewer; readonly traceId: string | null };

/** Who acts, why and in which trace, for the audit log. */
export function actOf(
  { viewer, traceId }: Acting,
  reason: string,
): { actor: Actor; reason: string; traceId: string | null } {
  return { actor: operatorOf(viewer), reason, traceId };
}

/** Makes sure by the password that it is the person who acts; a wrong one goes into the audit log. @throws TaplineError `forbidden`, `overloaded` */
export async function confirmActor(
  { viewer, traceId, confirm, refusals }: Acting & Pick<RequestContext, "confirm" | "refusals">,
  verb: string,
  password: string,
): Promise<void> {
  try {
    await confirm(viewer, password);
  } catch (error) {
    if (hasCode(error, "forbidden") || hasCode(error, "overloaded"))
      await refusals.note({
        ...{ action: "act.refused", actor: operatorOf(viewer), traceId },
        ...{ subject: `verb/${verb}`, facts: { needs: "password", has: viewer.role } },
      });
    throw error;
  }
}
