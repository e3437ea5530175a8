import type { PrismaClient } from "@tapline/adapters/prisma";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { z } from "zod";
import { weaknessOf } from "../../contracts/password-strength.ts";

const bodySchema = z.object({ newPassword: z.string() });

/** Refuses passwords that would be guessed where one changes one's own. */
export function strongPasswords(prisma: PrismaClient, siteName: string): BetterAuthPlugin {
  return {
    id: "strong-passwords",
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === "/change-password",
          handler: createAuthMiddleware(async (request) => {
            const body = bodySchema.safeParse(request.body);
            // Anything else is refused by whoever reads it.
            if (!body.success) return;
            const id = (await getSessionFromCtx(request))?.user.id ?? "";
            const person = await prisma.user.findUnique({
              where: { id },
              select: { email: true, name: true },
            });
            const known = person === null ? [] : [person.email, person.name];
            const message = weaknessOf(body.data.newPassword, [...known, siteName]);
            // Returned, not thrown: it is the answer, and no fault for the log.
            return message === null
              ? undefined
              : new APIError("BAD_REQUEST", { code: "WEAK_PASSWORD", message });
          }),
        },
      ],
    },
  };
}
