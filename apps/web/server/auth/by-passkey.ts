import { isIP } from "node:net";
import type { GenericEndpointContext } from "@better-auth/core";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import type { Passkeys } from "../people/passkeys.ts";
import { type ChallengeFor, giveChallenge, takeChallenge } from "./passkey-challenges.ts";
import { passwordSchema } from "./password.ts";
import { noteProof } from "./proofs.ts";
import { operator, passkeyPath, traceOf } from "./who-asks.ts";

/** What a browser answers; its parts are read by whoever verifies them. */
const answerSchema = z.looseObject({ id: z.string().min(1).max(1_400), response: z.looseObject({}) });
const answerOf = <T>() => z.custom<T>((given) => answerSchema.safeParse(given).success);
const nameSchema = z.string().trim().min(1).max(80);
const method = "POST";

/**
 * Signing in by passkeys, and one's own.
 * @param origins the addresses that we are
 */
export function byPasskey(keys: Passkeys, origins: readonly string[]) {
  return {
    id: "by-passkey",
    endpoints: { ...ownPasskeys(keys, origins), ...passkeySignIn(keys, origins) },
  } satisfies BetterAuthPlugin;
}

/** `/passkey/offer` and `/passkey/remove` ask for the password (`ask-for-password.ts`). */
function ownPasskeys(keys: Passkeys, origins: readonly string[]) {
  const use = [sessionMiddleware];
  return {
    offerPasskey: createAuthEndpoint(
      "/passkey/offer",
      { method, use, body: z.strictObject({ password: passwordSchema }) },
      async (ctx) => {
        const { user } = ctx.context.session;
        const asking = await ask(ctx, origins, `add ${user.id}`);
        return ctx.json(await keys.offer(user, asking).catch(refuse));
      },
    ),
    addPasskey: createAuthEndpoint(
      "/passkey/add",
      {
        method,
        use,
        body: z.strictObject({ name: nameSchema, response: answerOf<RegistrationResponseJSON>() }),
      },
      async (ctx) => {
        const userId = ctx.context.session.user.id;
        const asked = await askedBefore(ctx, origins, `add ${userId}`);
        return ctx.json({ id: await keys.add(userId, ctx.body, asked, actOf(ctx, userId)).catch(refuse) });
      },
    ),
    removePasskey: createAuthEndpoint(
      "/passkey/remove",
      { method, use, body: z.strictObject({ id: z.string().min(1).max(100), password: passwordSchema }) },
      async (ctx) => {
        const userId = ctx.context.session.user.id;
        return ctx.json({ removed: await keys.remove(userId, ctx.body.id, actOf(ctx, userId)) });
      },
    ),
  };
}

function passkeySignIn(keys: Passkeys, origins: readonly string[]) {
  return {
    offerPasskeySignIn: createAuthEndpoint(
      "/passkey/offer-sign-in",
      { method, body: z.strictObject({}) },
      async (ctx) => ctx.json(await keys.offerSignIn(await ask(ctx, origins, "sign-in"))),
    ),
    signInPasskey: createAuthEndpoint(
      passkeyPath,
      { method, body: z.strictObject({ response: answerOf<AuthenticationResponseJSON>() }) },
      async (ctx) => {
        const asked = await askedBefore(ctx, origins, "sign-in");
        const { id, userId } = await keys.answering(ctx.body.response, asked).catch(refuse);
        noteProof({ is: "passkey", id });
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(userId);
        if (user === null) throw new APIError("UNAUTHORIZED");
        await setSessionCookie(ctx, { session: await internalAdapter.createSession(userId), user });
        return ctx.json({ signedIn: true });
      },
    ),
  };
}

const actOf = (ctx: GenericEndpointContext, userId: string) => ({
  ...{ actor: operator(userId), reason: null, traceId: traceOf(ctx), by: ctx.path ?? "" },
});

async function ask(ctx: GenericEndpointContext, origins: readonly string[], aim: ChallengeFor) {
  return { ...called(ctx, origins), challenge: await giveChallenge(ctx, aim) };
}

async function askedBefore(ctx: GenericEndpointContext, origins: readonly string[], aim: ChallengeFor) {
  return { ...called(ctx, origins), challenge: await takeChallenge(ctx, aim) };
}

/** The address by which a browser calls us. @throws APIError where no key can be bound to it: browsers take names alone */
function called({ headers }: GenericEndpointContext, origins: readonly string[]) {
  const origin = headers?.get("origin") ?? "";
  const host = origins.includes(origin) ? new URL(origin).hostname : "";
  if (host !== "" && isIP(host.replace(/^\[|\]$/g, "")) === 0) return { origin, host };
  throw new APIError("BAD_REQUEST", {
    code: "PASSKEY_ADDRESS",
    message: "passkeys are bound to a name: open the console by one, such as localhost",
  });
}

/** @throws APIError in place of ours; what is not ours */
function refuse(error: unknown): never {
  if (!(error instanceof TaplineError)) throw error;
  const message = messageOf(error);
  if (hasCode(error, "conflict")) throw new APIError("CONFLICT", { code: "PASSKEYS_FULL", message });
  throw new APIError("UNAUTHORIZED", { code: "PASSKEY_UNKNOWN", message });
}
