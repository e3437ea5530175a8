import { type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import { type Deed, RefusalCount } from "@tapline/core/audit";
import type { BetterAuthOptions } from "better-auth";
import { createAuthMiddleware, isAPIError } from "better-auth/api";
import { z } from "zod";
import { house, isSecondFactor, passkeyPath, passwordPath, traceOf } from "./who-asks.ts";

/** Writes down that somebody was not let in. @param userId `null`: nobody whom we know */
export type NoteRefusal = (
  userId: string | null,
  facts: Deed["facts"],
  traceId: string | null,
) => Promise<void>;

/** Up to 30 a minute of each process; then how many more there were. */
export function noteRefusals(prisma: PrismaClient, clock: () => number): NoteRefusal {
  const refusals = new RefusalCount(clock);
  return async (userId, facts, traceId) => {
    const passedOver = refusals.count();
    if (passedOver === null) return;
    const all = { ...facts, ...(passedOver === 0 ? {} : { passedOver }) };
    const what = { action: "session.refused" as const, subject: `user/${userId ?? "unknown"}`, facts: all };
    await recordAct(prisma, { actor: house, reason: null, traceId }, what, clock());
  };
}

/** Writes down who was refused by password, code or passkey. */
export function refusedSignIns(
  prisma: PrismaClient,
  note: NoteRefusal,
): NonNullable<BetterAuthOptions["hooks"]> {
  return {
    after: createAuthMiddleware(async (request) => {
      const { path, body } = request;
      if (path !== passwordPath && !isSecondFactor(path)) return;
      if (!isAPIError(request.context.returned)) return;
      const user = await personOf(prisma, path, body);
      const facts = { secondFactor: isSecondFactor(path), status: request.context.returned.statusCode };
      await note(user, facts, traceOf(request));
    }),
  };
}

const byAddress = z.object({ email: z.string() });
const byPasskey = z.object({ response: z.object({ id: z.string() }) });

/** The person of a sign-in's address, or of its passkey; null where there is none. */
async function personOf(prisma: PrismaClient, path: string, body: unknown): Promise<string | null> {
  if (path === passwordPath) {
    const { data } = byAddress.safeParse(body);
    if (data === undefined) return null;
    const where = { email: data.email.toLowerCase() };
    return (await prisma.user.findUnique({ where, select: { id: true } }))?.id ?? null;
  }
  const { data } = byPasskey.safeParse(body);
  if (path !== passkeyPath || data === undefined) return null;
  const where = { credentialId: data.response.id };
  return (await prisma.passkey.findUnique({ where, select: { userId: true } }))?.userId ?? null;
}
