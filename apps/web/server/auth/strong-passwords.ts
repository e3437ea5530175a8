import type { PrismaClient } from "@tapline/adapters/prisma";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { z } from "zod";
import { weaknessOf } from "../../contracts/password-strength.ts";

/** Where a password is set, and in which field it comes. */
const fields: ReadonlyMap<string, string> = new Map([
  ["/change-password", "newPassword"],
  ["/admin/set-user-password", "newPassword"],
  ["/admin/create-user", "password"],
]);

const bodySchema = z.record(z.string(), z.unknown()).catch({});
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Refuses passwords that would be guessed, wherever one is set by the API. */
export function strongPasswords(prisma: PrismaClient, siteName: string): BetterAuthPlugin {
  const knownOf = async (request: Parameters<typeof getSessionFromCtx>[0], body: Record<string, unknown>) => {
    if (request.path === "/admin/create-user") return [textOf(body.email), textOf(body.name)];
    const id =
      request.path === "/change-password"
        ? ((await getSessionFromCtx(request))?.user.id ?? "")
        : textOf(body.userId);
    const person = await prisma.user.findUnique({ where: { id }, select: { email: true, name: true } });
    return person === null ? [] : [person.email, person.name];
  };
  return {
    id: "strong-passwords",
    hooks: {
      before: [
        {
          matcher: ({ path }) => fields.has(path ?? ""),
          handler: createAuthMiddleware(async (request) => {
            const body = bodySchema.parse(request.body);
            const password = body[fields.get(request.path) ?? ""];
            // Anything else is refused by whoever reads it.
            if (typeof password !== "string") return;
            const message = weaknessOf(password, [...(await knownOf(request, body)), siteName]);
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
