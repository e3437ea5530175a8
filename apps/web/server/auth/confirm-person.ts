import { passwordHash } from "@tapline/adapters/passwords";
import { type PrismaClient, recordOperation } from "@tapline/adapters/prisma";
import { RefusalCount } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { fromPostgres } from "../from-stores.ts";
import { lockedForMs, PasswordTries } from "./password-tries.ts";
import { operator } from "./who-asks.ts";

/** Who is signed in and acts. */
export interface ActingPerson {
  readonly userId: string;
  readonly sessionId: string;
  /** What is to be done, for the audit log: a procedure's name, or a path below `/api/auth/`. */
  readonly verb: string;
  readonly traceId: string | null;
}

/**
 * Makes sure by the password that it is the person who acts, and not whoever has the session.
 * @param password undefined: none was given
 * @throws TaplineError `forbidden` where it is none or a wrong one, `overloaded` after too many, `unavailable`
 */
export type ConfirmPerson = (who: ActingPerson, password: string | undefined) => Promise<void>;

/**
 * Each wrong password stands in the audit log, which their number bounds; of those that are not even tried, 30 a minute do. Where that
 * cannot be written, nothing is done either.
 */
export function confirmPerson(prisma: PrismaClient, clock: () => number): ConfirmPerson {
  const tries = new PasswordTries(clock);
  const untried = new RefusalCount(clock);
  const note = ({ userId, verb, traceId }: ActingPerson, facts: Record<string, string | number>) => {
    const what = { action: "act.refused" as const, subject: `verb/${verb}`, facts };
    const act = { actor: operator(userId), reason: null, traceId };
    return fromPostgres(recordOperation(prisma, act, what, clock()));
  };
  const refuseUntried = async (who: ActingPerson): Promise<never> => {
    const passedOver = untried.count();
    if (passedOver !== null)
      await note(who, { needs: "password", why: "locked", ...(passedOver > 0 ? { passedOver } : {}) });
    throw new TaplineError("overloaded", "the password was wrong too often", {
      remedy:
        "sign in anew, or wait ten minutes; `tapline agent revoke` on the server revokes an agent meanwhile",
      facts: { retryAfterMs: lockedForMs },
    });
  };
  return async (who, password) => {
    if (password === undefined)
      throw new TaplineError("forbidden", "this needs the password of whoever asks for it", {
        remedy: "give the password that you sign in with",
        facts: { needs: "password" },
      });
    const begun = tries.begin(who);
    if (begun === null) return refuseUntried(who);
    const isRight = await isPasswordOf(prisma, who.userId, password).catch((error: unknown) => {
      tries.wasNone(begun);
      throw error;
    });
    if (isRight === null) {
      tries.wasNone(begun);
      throw new TaplineError("forbidden", "this needs a password, and your account has none", {
        remedy: "have an admin set one for you under Settings, People",
        facts: { needs: "password", why: "none" },
      });
    }
    if (isRight) return tries.wasRight(begun);
    await note(who, { needs: "password", why: "wrong" });
    throw new TaplineError("forbidden", "the password is not right", {
      remedy: "type the password that you sign in with",
      facts: { needs: "password" },
    });
  };
}

/** `null`: the person has none, and signs in by other means. */
async function isPasswordOf(prisma: PrismaClient, userId: string, password: string): Promise<boolean | null> {
  const account = await fromPostgres(
    prisma.account.findFirst({ where: { userId, providerId: "credential" }, select: { password: true } }),
  );
  const hash = account?.password ?? null;
  return hash === null ? null : passwordHash.verify({ hash, password });
}
