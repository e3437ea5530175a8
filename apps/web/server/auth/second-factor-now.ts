import type { PrismaClient } from "@tapline/adapters/prisma";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { passwordPath } from "./who-asks.ts";

/**
 * Behind the password, better-auth asks for a second factor by what it read of the person before it hashed. Whoever has one by the
 * time their session is made must be asked, too. Stands before the plugin `twoFactor`, whose hook comes next.
 */
export function secondFactorNow(prisma: PrismaClient): BetterAuthPlugin {
  return {
    id: "second-factor-now",
    hooks: {
      after: [
        {
          matcher: ({ path }) => path === passwordPath,
          handler: createAuthMiddleware(async ({ context: { newSession } }) => {
            if (newSession === null) return;
            const { id } = newSession.user;
            const person = await prisma.user.findUnique({
              where: { id },
              select: { twoFactorEnabled: true },
            });
            if (person?.twoFactorEnabled === true) newSession.user.twoFactorEnabled = true;
          }),
        },
      ],
    },
  };
}
