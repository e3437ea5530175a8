import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { z } from "zod";
import type { Invitations } from "../people/invitations.ts";
import { traceOf } from "./who-asks.ts";

const secret = z.string().min(1).max(200);
const acceptance = z.strictObject({
  secret,
  name: z.string().trim().min(1).max(80),
  password: z.string().max(1_000),
});

/** What whoever has an invitation may do without being signed in: read it, and make their account by it. */
export function joining(invitations: Invitations) {
  return {
    id: "joining",
    endpoints: {
      readInvitation: createAuthEndpoint(
        "/invitation/read",
        { method: "POST", body: z.strictObject({ secret }) },
        async (request) => request.json(await invitations.read(request.body.secret).catch(refuse)),
      ),
      acceptInvitation: createAuthEndpoint(
        "/invitation/accept",
        { method: "POST", body: acceptance },
        async (request) => {
          const { secret: given, ...person } = request.body;
          return request.json(await invitations.accept(given, person, traceOf(request)).catch(refuse));
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

/** @throws APIError in place of ours; what is not ours */
function refuse(error: unknown): never {
  if (!(error instanceof TaplineError)) throw error;
  const message = messageOf(error);
  if (hasCode(error, "invalid-input")) throw new APIError("BAD_REQUEST", { code: "WEAK_PASSWORD", message });
  if (hasCode(error, "conflict")) throw new APIError("CONFLICT", { code: "KNOWN_PERSON", message });
  throw new APIError("NOT_FOUND", { code: "NO_INVITATION", message });
}
