import type { Actor } from "@tapline/core/kernel";
import { siteSchema } from "@tapline/core/transfer";
import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";
import type { PeopleAct } from "../auth/who-asks.ts";
import type { RequestContext } from "../trpc/init.ts";

/** Why; goes into the audit log. */
export const reasonSchema = z.string().trim().min(1).max(500);

/** What somebody is to see of: these sites; `null`: the whole installation. */
export const sitesSchema = z.array(siteSchema).max(200).nullable();

type Acting = { readonly viewer: Viewer; readonly traceId: string | null };

/** Who acts, why and in which trace, for the audit log. */
export function actOf(
  { viewer, traceId }: Acting,
  reason: string,
): { actor: Actor; reason: string; traceId: string | null } {
  return { actor: operatorOf(viewer), reason, traceId };
}

/** The same for what is done to people. */
export function peopleActOf({ viewer, traceId }: Acting, verb: string, reason: string | null): PeopleAct {
  const { userId, sessionId } = viewer;
  return { userId, sessionId, verb, reason, traceId };
}

/** Makes sure by the password that it is the person who acts: `confirmPerson`. */
export function confirmActor(
  { viewer: { userId, sessionId }, traceId, confirm }: Acting & Pick<RequestContext, "confirm">,
  verb: string,
  password: string | undefined,
): Promise<void> {
  return confirm({ userId, sessionId, verb, traceId }, password);
}
