import { mayBeTold, type PushEnd } from "@tapline/adapters/prisma";
import { type Change, type PeopleModel, personOf } from "./person-deeds.ts";
import { type Asked, pathOf } from "./who-asks.ts";

/**
 * Which browsers are notified no more where all sessions of a person are ended at once, as also whoever changes his own password may ask
 * for: then he gets another session, and the browser in which he does it is carried on by that one.
 */
export function pushEndOfAll(userId: string, asked: Asked): PushEnd {
  const own = renewedSession(asked);
  const of = own === null ? ({ kind: "all" } as const) : ({ kind: "all-but", session: own } as const);
  return { userId, why: "session-ended", of };
}

/** Where whoever is signed in is given another session in place of their own. */
const renewing: readonly string[] = ["/change-password", "/two-factor/verify-totp", "/two-factor/disable"];

/** The session in place of which whoever changes how they sign in is given another one; null where nobody does. */
export function renewedSession(asked: Asked): string | null {
  return renewing.includes(pathOf(asked)) ? (asked?.context.session?.session.id ?? null) : null;
}

/**
 * Which browsers are notified no more by a change of what is kept of a person; null for none. A session that ran out ends none: people are
 * to be told of alerts while no page of the console is open. What somebody ends takes its browsers along, and those of sessions that ran
 * out before, but for signing out, which is of one browser.
 */
export function pushEndOf(
  model: PeopleModel,
  { before, after }: Change,
  asked: Asked,
  nowEpochMs: number,
): PushEnd | null {
  if (before === null) return null;
  const userId = personOf(model, before);
  if (model === "session") {
    const isOver = before.expiresAt instanceof Date && before.expiresAt.getTime() <= nowEpochMs;
    // With a changed password they are ended all at once.
    if (after !== null || isOver || renewedSession(asked) !== null) return null;
    const kind = pathOf(asked) === "/sign-out" ? "session" : "session-and-strays";
    return { userId, why: "session-ended", of: { kind, session: before.id } };
  }
  if (model === "account") {
    if (after !== null && after.password === before.password) return null;
    const signedIn = asked?.context.session;
    const isOwn = signedIn?.user.id === userId;
    const of = isOwn
      ? ({ kind: "all-but", session: signedIn.session.id } as const)
      : ({ kind: "all" } as const);
    return { userId, why: "password-changed", of };
  }
  if (model !== "user" || after === null || mayBeTold(String(after.role), after.banned === true)) return null;
  return { userId, why: "may-not-be-told", of: { kind: "all" } };
}
