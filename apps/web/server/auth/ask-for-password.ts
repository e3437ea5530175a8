import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { BetterAuthOptions } from "better-auth";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { z } from "zod";
import type { ConfirmPerson } from "./confirm-person.ts";
import { passwordSchema } from "./password.ts";
import { traceOf } from "./who-asks.ts";

/** Paths below `/admin/` that change nothing. All others, also such as a later version brings, ask for the admin's password. */
const reads: readonly string[] = ["list-users", "get-user", "list-user-sessions", "has-permission"].map(
  (name) => `/admin/${name}`,
);

/** Where better-auth asks for the person's own password itself, and in which field; it counts no wrong ones. */
const fields: ReadonlyMap<string, string> = new Map([
  ["/change-password", "currentPassword"],
  ...["enable", "disable", "get-totp-uri", "generate-backup-codes"].map(
    (name) => [`/two-factor/${name}`, "password"] as const,
  ),
]);

/** Which field of a request's body holds the password of whoever asks; null where none is asked for. */
function fieldOf(path: string): string | null {
  if (path.startsWith("/admin/") && !reads.includes(path)) return "actorPassword";
  return fields.get(path) ?? null;
}

/** Paths that tell whether a password is right, and nothing else. */
export const guessingPaths = ["/verify-password"];

type Before = NonNullable<NonNullable<BetterAuthOptions["hooks"]>["before"]>;

/**
 * Asks for the password of whoever is signed in before what gives a session's holder more than the session: changes of people,
 * passwords and second factors. What the console's own code does, without a request, is asked nothing.
 */
export function askForPassword(confirm: ConfirmPerson): Before {
  return createAuthMiddleware(async (request) => {
    const { path, headers } = request;
    const field = fieldOf(path);
    if (field === null || headers === undefined) return;
    const found = await getSessionFromCtx(request);
    // Also where it could not be read: what comes behind may read it, and would do what was asked.
    if (found === null) return new APIError("UNAUTHORIZED");
    const body = z.record(z.string(), z.unknown()).catch({}).parse(request.body);
    if (path === "/admin/set-user-password" && String(body.userId) === found.user.id)
      return new APIError("FORBIDDEN", {
        code: "OWN_PASSWORD",
        message: "your own password is changed by /change-password, which asks for the old one",
      });
    const who = { userId: found.user.id, sessionId: found.session.id, verb: path.slice(1) };
    const password = passwordSchema.optional().catch(undefined).parse(body[field]);
    // Returned, not thrown: it is the answer, and no fault for the log.
    const refused = await confirm({ ...who, traceId: traceOf(request) }, password).catch((error: unknown) =>
      refusalOf(error, field),
    );
    if (refused instanceof APIError) return refused;
    return String(body.userId) === found.user.id && givesRole(path, body.data) ? ownRole() : undefined;
  });
}

/** Whether a request is one for another role, or for none. */
function givesRole(path: string, data: unknown): boolean {
  if (path === "/admin/set-role") return true;
  const fields = z.record(z.string(), z.unknown()).catch({}).parse(data);
  return path === "/admin/update-user" && ("role" in fields || "banned" in fields);
}

const ownRole = () =>
  new APIError("FORBIDDEN", {
    code: "OWN_ROLE",
    message: "nobody changes his own role or locks himself out: ask another admin",
  });

/** @throws what is not ours */
function refusalOf(error: unknown, field: string): APIError {
  if (!(error instanceof TaplineError)) throw error;
  const message = `${messageOf(error)} (${field}): ${error.remedy ?? ""}`;
  if (hasCode(error, "forbidden")) return new APIError("FORBIDDEN", { code: "PASSWORD_NEEDED", message });
  if (hasCode(error, "overloaded")) return new APIError("TOO_MANY_REQUESTS", { code: "LOCKED", message });
  return new APIError("SERVICE_UNAVAILABLE", { code: "UNAVAILABLE", message });
}
