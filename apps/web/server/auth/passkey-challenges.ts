import { randomBytes } from "node:crypto";
import type { GenericEndpointContext } from "@better-auth/core";
import { APIError } from "better-auth/api";

/** So long a browser may take to ask its person, s. */
const challengeSeconds = 300;

/** What a challenge is for: signing in, or another key for somebody. */
export type ChallengeFor = "sign-in" | `add ${string}`;

const cookieOf = (ctx: GenericEndpointContext) =>
  ctx.context.createAuthCookie("passkey_challenge", { maxAge: challengeSeconds });

/** Makes a challenge that this browser alone can answer, once. @returns base64url */
export async function giveChallenge(ctx: GenericEndpointContext, aim: ChallengeFor): Promise<string> {
  const challenge = randomBytes(32).toString("base64url");
  const identifier = `passkey-${randomBytes(24).toString("base64url")}`;
  await ctx.context.internalAdapter.createVerificationValue({
    identifier,
    value: `${challenge} ${aim}`,
    expiresAt: new Date(Date.now() + challengeSeconds * 1_000),
  });
  const { name, attributes } = cookieOf(ctx);
  await ctx.setSignedCookie(name, identifier, ctx.context.secret, attributes);
  return challenge;
}

/** The challenge that this browser was given; nobody is given it again. @throws APIError where there is none, or it was for something else */
export async function takeChallenge(ctx: GenericEndpointContext, aim: ChallengeFor): Promise<string> {
  const { name } = cookieOf(ctx);
  const identifier = await ctx.getSignedCookie(name, ctx.context.secret);
  const found = identifier ? await ctx.context.internalAdapter.consumeVerificationValue(identifier) : null;
  const [challenge = "", ...rest] = (found?.value ?? "").split(" ");
  if (challenge !== "" && rest.join(" ") === aim) return challenge;
  throw new APIError("UNAUTHORIZED", {
    code: "PASSKEY_TOO_LATE",
    message: "this was asked too long ago, or was answered already: begin anew",
  });
}
