import type { Actor } from "@tapline/core/kernel";
import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";

/** Why; goes into the audit log. */
export const reasonSchema = z.string().trim().min(1).max(500);

/** Who acts, why and in which trace, for the audit log. */
export function actOf(
  { viewer, traceId }: { readonly viewer: Viewer; readonly traceId: string | null },
  reason: string,
): { actor: Actor; reason: string; traceId: string | null } {
  return { actor: operatorOf(viewer), reason, traceId };
}
