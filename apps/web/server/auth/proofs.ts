import { passwordHash } from "@tapline/adapters/passwords";
import type { Transaction } from "@tapline/adapters/prisma";
import { APIError } from "better-auth/api";
import { askedNow, passkeyPath, passwordPath, pathOf, signedIn } from "./who-asks.ts";

/** What a request was let in by, as it was read when that was looked at. */
type Proof =
  | { readonly is: "password"; readonly hash: string }
  | { readonly is: "passkey"; readonly id: string };

const proofs = new WeakMap<object, Proof>();

/** Notes what the request that is being worked on was let in by. */
export function noteProof(proof: Proof): void {
  const asked = askedNow();
  if (asked !== undefined) proofs.set(asked, proof);
}

/** How passwords are kept; which of them a request was let in by is noted. */
export const notedPasswordHash = {
  hash: passwordHash.hash,
  verify: async (given: { hash: string; password: string }): Promise<boolean> => {
    const isRight = await passwordHash.verify(given);
    if (isRight) noteProof({ is: "password", hash: given.hash });
    return isRight;
  },
};

/**
 * Whether whoever signs in still may by what they were let in by: password, passkey or second factor may have been changed or taken away
 * since it was looked at, with all sessions that stood then. The person is to be held by `tx`.
 * @param isSecured whether the person has a second factor now
 * @throws APIError as for a wrong one
 */
export async function assertStillProven(tx: Transaction, userId: string, isSecured: boolean): Promise<void> {
  const asked = askedNow();
  if (asked === undefined || signedIn(asked) !== null) return;
  const path = pathOf(asked);
  const proof = proofs.get(asked);
  if (path.startsWith("/two-factor/verify")) return refuseUnless(isSecured);
  if (path === passwordPath) {
    const where = { userId, providerId: "credential" };
    const account = await tx.account.findFirst({ where, select: { password: true } });
    return refuseUnless(proof?.is === "password" && account?.password === proof.hash);
  }
  if (path === passkeyPath)
    refuseUnless(
      proof?.is === "passkey" && (await tx.passkey.count({ where: { userId, id: proof.id } })) === 1,
    );
}

function refuseUnless(isProven: boolean): void {
  if (isProven) return;
  throw new APIError("UNAUTHORIZED", {
    code: "SIGN_IN_CHANGED",
    message: "how this account signs in was changed meanwhile: sign in again",
  });
}
