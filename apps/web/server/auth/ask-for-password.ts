import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { BetterAuthOptions } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { z } from "zod";
import type { ConfirmPerson } from "./confirm-person.ts";
import { passwordSchema } from "./password.ts";
import { traceOf } from "./who-asks.ts";

/** Where the person's own password is asked for, and in which field. Where better-auth checks it itself, too, it counts no wrong ones. */
const fields: ReadonlyMap<string, string> = new Map([
  ["/change-password", "currentPassword"],
  ["/passkey/offer", "password"],
  ["/passkey/remove", "password"],
  ...["enable", "disable", "get-totp-uri", "generate-backup-codes"].map(
    (name) => [`/two-factor/${name}`, "password"] as const,
  ),
]);

/** Paths that tell whether a password is right, and nothing else. */
export const guessingPaths = ["/verify-password"];

type Before = NonNullable<NonNullable<BetterAuthOptions["hooks"]>["before"]>;

/**
 * Asks for the password of whoever is signed in before what gives a session's holder more than the session: changes of passwords,
 * second factors and passkeys. Other people are changed by procedures alone, which ask for a reason, too: better-auth's own paths for it, and
 * such as a later version brings, are not there. What the console's own code does, without a request, is asked nothing.
 */
export function askForPassword(confirm: ConfirmPerson): Before {
  return createAuthMiddleware(async (request) => {
    const { path, headers } = request;
    if (headers === undefined) return;
    if (path.startsWith("/admin/")) return new APIError("NOT_FOUND");
    const field = fields.get(path);
    if (field === undefined) return;
    const found = await getSessionFromCtx(request);
    // Also where it could not be read: what comes behind may read it, and would do what was asked.
    if (found === null) return new APIError("UNAUTHORIZED");
    const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
    const who = { userId: found.user.id, sessionId: found.session.id, verb: path.slice(1) };
    const password = passwordSchema.optional().catch(undefined).parse(body[field]);
    // Returned, not thrown: it is the answer, and no fault for the log.
    return confirm({ ...who, traceId: traceOf(request) }, password).catch((error: unknown) =>
      refusalOf(error, field),
    );
  });
}

/** @throws what is not ours */
function refusalOf(error: unknown, field: string): APIError {
  if (!(error instanceof TaplineError)) throw error;
  const message = `${messageOf(error)} (${field}): ${error.remedy ?? ""}`;
  const code = error.facts.why === "none" ? "NO_PASSWORD" : "PASSWORD_NEEDED";
  if (hasCode(error, "forbidden")) return new APIError("FORBIDDEN", { code, message });
  if (hasCode(error, "overloaded")) return new APIError("TOO_MANY_REQUESTS", { code: "LOCKED", message });
  return new APIError("SERVICE_UNAVAILABLE", { code: "UNAVAILABLE", message });
}
