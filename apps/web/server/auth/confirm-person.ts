import type { IncomingHttpHeaders } from "node:http";
import { TaplineError } from "@tapline/core/kernel";
import { isAPIError } from "better-auth/api";
import { fromNodeHeaders } from "better-auth/node";
import type { Auth } from "./create-auth.ts";
import type { Viewer } from "./viewer.ts";

/** Whoever has a session that is not theirs may not try passwords by it: so many wrong ones of a person within the span. */
const mostWrong = 5;
const spanMs = 10 * 60_000;

/** Makes sure that the person who is signed in is the one who acts now. */
export type ConfirmPerson = (
  headers: IncomingHttpHeaders,
  viewer: Pick<Viewer, "userId">,
  password: string,
) => Promise<void>;

/** @returns throws TaplineError `forbidden` for a wrong password, `overloaded` after too many, counted per process */
export function confirmPerson(auth: Auth, clock: () => number): ConfirmPerson {
  const wrong = new Map<string, number[]>();
  return async (headers, { userId }, password) => {
    const now = clock();
    const recent = (wrong.get(userId) ?? []).filter((at) => Math.abs(now - at) < spanMs);
    if (recent.length >= mostWrong)
      throw new TaplineError("overloaded", "the password was wrong too often", {
        remedy: "wait ten minutes, or sign in anew to find out which one is right",
        facts: { retryAfterMs: spanMs },
      });
    // Counted before it is known, so that many at once are as many tries.
    wrong.set(userId, [...recent, now]);
    await check(auth, headers, password);
    wrong.delete(userId);
  };
}

async function check(auth: Auth, headers: IncomingHttpHeaders, password: string): Promise<void> {
  try {
    await auth.api.verifyPassword({ body: { password }, headers: fromNodeHeaders(headers) });
  } catch (cause) {
    if (!isAPIError(cause))
      throw new TaplineError("unavailable", "the password cannot be checked: PostgreSQL does not answer", {
        remedy: "see that PostgreSQL runs and that DATABASE_URL points to it",
        facts: { part: "postgresql" },
        cause,
      });
    throw new TaplineError("forbidden", "the password is not right", {
      remedy: "type the password that you sign in with",
      facts: { needs: "password" },
      cause,
    });
  }
}
