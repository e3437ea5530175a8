import { randomBytes } from "node:crypto";
import type { GenericEndpointContext } from "@better-auth/core";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, isAPIError } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import type { Logger } from "pino";
import { z } from "zod";
import type { NotLetIn, OidcPeople } from "../people/oidc-people.ts";
import type { OidcProvider } from "./oidc-provider.ts";
import type { NoteRefusal } from "./refused-sign-ins.ts";
import { traceOf } from "./who-asks.ts";

/** So long a person may be at the provider's, s. */
const journeySeconds = 600;

const journeySchema = z.strictObject({
  ...{ state: z.string(), nonce: z.string(), verifier: z.string() },
  /** By which the browser called us, and where it was on its way to. */
  ...{ origin: z.string(), from: z.string() },
});
type Pending = z.infer<typeof journeySchema>;

/** Why somebody came back from the provider and is not signed in. */
export type OidcRefusal = NotLetIn | "disabled" | "too-late" | "does-not-fit" | "away";

interface OidcParts {
  provider: OidcProvider;
  people: OidcPeople;
  /** The addresses that we are. */
  origins: readonly string[];
  /** Writes down who was not let in. */
  note: NoteRefusal;
  logger: Logger;
}

/** Signing in at a provider of OpenID Connect: off to it, and back. */
export function byOidc(parts: OidcParts) {
  return {
    id: "by-oidc",
    endpoints: {
      startOidc: createAuthEndpoint(
        "/oidc/start",
        { method: "POST", body: z.strictObject({ from: z.string().max(2_000).default("/") }) },
        async (ctx) => {
          const origin = ctx.headers?.get("origin") ?? "";
          if (!parts.origins.includes(origin)) throw new APIError("FORBIDDEN");
          const { url, journey } = await parts.provider.begin(callbackOf(origin)).catch(away(parts.logger));
          await keepJourney(ctx, { ...journey, origin, from: ctx.body.from });
          return ctx.json({ url: url.href });
        },
      ),
      finishOidc: createAuthEndpoint("/oidc/callback", { method: "GET" }, async (ctx) => {
        const pending = await takeJourney(ctx);
        if (pending === null) return refuse(parts, ctx, null, "too-late", null);
        const cameBack = new URL(callbackOf(pending.origin));
        cameBack.search = new URL(ctx.request?.url ?? cameBack).search;
        const told = await parts.provider.finish(cameBack, pending).catch((error: unknown) => {
          parts.logger.warn({ part: "auth", err: messageOf(error) }, "a sign-in at the provider failed");
          return hasCode(error, "unavailable") ? ("away" as const) : ("does-not-fit" as const);
        });
        if (typeof told === "string") return refuse(parts, ctx, pending, told, null);
        const { internalAdapter } = ctx.context;
        const found = await parts.people.find(told, internalAdapter);
        if (found.kind === "refused") return refuse(parts, ctx, pending, found.why, found.userId);
        const user = await internalAdapter.findUserById(found.userId);
        const session = await internalAdapter.createSession(found.userId).catch((error: unknown) => {
          if (isAPIError(error)) return null;
          throw error;
        });
        if (session === null || user === null) return refuse(parts, ctx, pending, "disabled", found.userId);
        await setSessionCookie(ctx, { session, user });
        throw ctx.redirect(safeReturn(pending));
      }),
    },
  } satisfies BetterAuthPlugin;
}

/** Where the provider sends browsers back to; it has to be registered there. */
const callbackOf = (origin: string): string => `${origin}/api/auth/oidc/callback`;

const cookieOf = (ctx: GenericEndpointContext) =>
  ctx.context.createAuthCookie("oidc_journey", { maxAge: journeySeconds });

/** Binds the journey to this browser: nobody else can finish it, nor it somebody else's. */
async function keepJourney(ctx: GenericEndpointContext, pending: Pending): Promise<void> {
  const identifier = `oidc-${randomBytes(24).toString("base64url")}`;
  const expiresAt = new Date(Date.now() + journeySeconds * 1_000);
  const value = JSON.stringify(pending);
  await ctx.context.internalAdapter.createVerificationValue({ identifier, value, expiresAt });
  const { name, attributes } = cookieOf(ctx);
  await ctx.setSignedCookie(name, identifier, ctx.context.secret, attributes);
}

/** The journey that this browser is on, once. */
async function takeJourney(ctx: GenericEndpointContext): Promise<Pending | null> {
  const identifier = await ctx.getSignedCookie(cookieOf(ctx).name, ctx.context.secret);
  const found = identifier ? await ctx.context.internalAdapter.consumeVerificationValue(identifier) : null;
  return found === null ? null : journeySchema.parse(JSON.parse(found.value));
}

/** Leads back to the sign-in page, which says why; written down first. @throws always */
async function refuse(
  { note, origins }: OidcParts,
  ctx: GenericEndpointContext,
  pending: Pending | null,
  why: OidcRefusal,
  userId: string | null,
): Promise<never> {
  await note(userId, { secondFactor: false, by: "oidc", why }, traceOf(ctx));
  const url = new URL("/sign-in", pending?.origin ?? origins[0]);
  url.searchParams.set("refused", why);
  if (pending !== null && pending.from !== "/") url.searchParams.set("from", pending.from);
  throw ctx.redirect(url.href);
}

/** An address of our own, whatever was asked for. */
function safeReturn({ origin, from }: Pending): string {
  const url = from.startsWith("/") && URL.canParse(from, origin) ? new URL(from, origin) : null;
  return url?.origin === origin ? url.href : `${origin}/`;
}

/** @throws APIError in place of ours; what is not ours */
const away =
  (logger: Logger) =>
  (error: unknown): never => {
    if (!(error instanceof TaplineError)) throw error;
    logger.warn({ part: "auth", err: messageOf(error.cause) }, error.message);
    throw new APIError("BAD_GATEWAY", { code: "PROVIDER_AWAY", message: error.message });
  };
