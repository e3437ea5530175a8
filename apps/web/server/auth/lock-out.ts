import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthMiddleware, isAPIError } from "better-auth/api";
import { z } from "zod";
import type { SignInTries } from "./sign-in-tries.ts";
import { passwordPath } from "./who-asks.ts";

const emailOf = (body: unknown): string | null =>
  z.object({ email: z.string().max(320) }).safeParse(body).data?.email ?? null;

/**
 * Takes no password for a while after some wrong ones in a row, in the same words whether the person is there or not.
 * @param addressHeader in which our server says from where it is asked
 */
export function lockOut(tries: SignInTries, addressHeader: string): BetterAuthPlugin {
  const matcher = ({ path }: { path?: string | undefined }) => path === passwordPath;
  return {
    id: "lock-out",
    hooks: {
      before: [
        {
          matcher,
          handler: createAuthMiddleware(async ({ body, headers }) => {
            const email = emailOf(body);
            if (email === null) return;
            const waitMs = await tries.begin(email, headers?.get(addressHeader) ?? "");
            if (waitMs === 0) return;
            const seconds = Math.ceil(waitMs / 1_000);
            const message = `the password was wrong too often: try again in ${seconds} s`;
            const answer = { code: "LOCKED_OUT", message };
            // Returned, not thrown: it is the answer, and no fault for the log.
            return new APIError("TOO_MANY_REQUESTS", answer, { "x-retry-after": String(seconds) });
          }),
        },
      ],
      after: [
        {
          matcher,
          handler: createAuthMiddleware(async ({ body, headers, context }) => {
            const email = emailOf(body);
            if (email === null || isAPIError(context.returned)) return;
            await tries.wasRight(email, headers?.get(addressHeader) ?? "");
          }),
        },
      ],
    },
  };
}
