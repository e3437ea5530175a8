import { type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import { RefusalCount } from "@tapline/core/audit";
import type { BetterAuthOptions } from "better-auth";
import { createAuthMiddleware, isAPIError } from "better-auth/api";
import { house, isSecondFactor, passwordPath, traceOf } from "./who-asks.ts";

/** Writes down who was refused, by id: up to 30 a minute of each process; then how many more there were. */
export function refusedSignIns(
  prisma: PrismaClient,
  clock: () => number,
): NonNullable<BetterAuthOptions["hooks"]> {
  const refusals = new RefusalCount(clock);
  return {
    after: createAuthMiddleware(async (request) => {
      const { path, body } = request;
      if (path !== passwordPath && !isSecondFactor(path)) return;
      if (!isAPIError(request.context.returned)) return;
      const passedOver = refusals.count();
      if (passedOver === null) return;
      const user = path === passwordPath ? await idOf(prisma, body) : null;
      const facts = {
        ...{ secondFactor: isSecondFactor(path), status: request.context.returned.statusCode },
        ...(passedOver === 0 ? {} : { passedOver }),
      };
      const what = { action: "session.refused" as const, subject: `user/${user ?? "unknown"}`, facts };
      await recordAct(prisma, { actor: house, reason: null, traceId: traceOf(request) }, what, clock());
    }),
  };
}

/** The person of a sign-in's address; null where there is none. */
async function idOf(prisma: PrismaClient, body: unknown): Promise<string | null> {
  const email = typeof body === "object" && body !== null && "email" in body ? body.email : null;
  if (typeof email !== "string") return null;
  const user = await prisma.user.findUnique({ where: { email: email.toLowerCase() }, select: { id: true } });
  return user?.id ?? null;
}
