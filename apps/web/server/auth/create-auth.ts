import type { PrismaClient } from "@tapline/adapters/prisma";
import { betterAuth } from "better-auth/minimal";
import { admin } from "better-auth/plugins/admin";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { Logger } from "pino";
import { minPasswordLength } from "../../contracts/password-strength.ts";
import type { OidcSettings } from "../oidc-settings.ts";
import { Invitations } from "../people/invitations.ts";
import { OidcPeople } from "../people/oidc-people.ts";
import { Passkeys } from "../people/passkeys.ts";
import { askForPassword, guessingPaths } from "./ask-for-password.ts";
import { byOidc } from "./by-oidc.ts";
import { byPasskey } from "./by-passkey.ts";
import type { ConfirmPerson } from "./confirm-person.ts";
import { joining } from "./joining.ts";
import { lockOut } from "./lock-out.ts";
import { OidcProvider } from "./oidc-provider.ts";
import { notedPasswordHash } from "./proofs.ts";
import type { AuthDatabase } from "./recorded-people.ts";
import { type NoteRefusal, noteRefusals, refusedSignIns } from "./refused-sign-ins.ts";
import { accessControl, accessRoles } from "./roles.ts";
import { secondFactorNow } from "./second-factor-now.ts";
import { SignInTries } from "./sign-in-tries.ts";
import { strongPasswords } from "./strong-passwords.ts";

/** Set by our server, whatever the client sent: from where a request comes. */
export const clientAddressHeader = "x-tapline-client-address";

export interface AuthOptions {
  /** Keeps people and sessions. */
  database: AuthDatabase;
  /** Takes the entries of refused sign-ins. */
  prisma: PrismaClient;
  /** Asked before people are changed. */
  confirm: ConfirmPerson;
  secret: string;
  /** The origin that browsers see. */
  origin: string;
  trustedOrigins: string[];
  /** No password may be made of it. */
  siteName: string;
  /** Where people sign in, too; `undefined`: nowhere. */
  oidc: OidcSettings | undefined;
  logger: Logger;
  /** Told when a session ends before its time (sign-out, ban, revocation). */
  onSessionEnded: (sessionId: string) => void;
}

/** So long a session stands unused, ms. */
export const sessionMs = 12 * 3_600_000;
/** So exactly is known when a session was last used. */
const noteUseSeconds = 300;

/** Sign-in: passwords, TOTP, passkeys and a provider of OpenID Connect, no public sign-up, sessions in PostgreSQL. */
export function createAuth(options: AuthOptions) {
  const note = noteRefusals(options.prisma, Date.now);
  return betterAuth({
    appName: "Tapline",
    baseURL: options.origin,
    basePath: "/api/auth",
    secret: options.secret,
    trustedOrigins: options.trustedOrigins,
    telemetry: { enabled: false },
    database: options.database,
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength,
      password: notedPasswordHash,
    },
    session: { expiresIn: sessionMs / 1_000, updateAge: noteUseSeconds },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 120,
      customRules: {
        "/sign-in/*": { window: 60, max: 10 },
        "/two-factor/*": { window: 60, max: 10 },
        "/invitation/*": { window: 60, max: 10 },
        // Each sign-in page asks once for what a passkey would answer; nothing is guessed by that.
        "/passkey/offer-sign-in": { window: 60, max: 60 },
        "/passkey/*": { window: 60, max: 20 },
        "/oidc/*": { window: 60, max: 60 },
        "/get-session": false,
      },
    },
    advanced: {
      cookiePrefix: "tapline",
      useSecureCookies: options.origin.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    disabledPaths: guessingPaths,
    hooks: { ...refusedSignIns(options.prisma, note), before: askForPassword(options.confirm) },
    databaseHooks: {
      session: { delete: { after: async (session) => options.onSessionEnded(session.id) } },
    },
    logger: {
      level: "warn",
      log: (level, message) => options.logger[level]({ part: "auth" }, message),
    },
    plugins: [
      admin({ ac: accessControl, roles: accessRoles, defaultRole: "viewer", adminRoles: ["admin"] }),
      lockOut(new SignInTries(options.prisma, Date.now), clientAddressHeader),
      strongPasswords(options.prisma, options.siteName),
      secondFactorNow(options.prisma),
      twoFactor({ issuer: "Tapline" }),
      byPasskey(new Passkeys(options.prisma, Date.now), options.trustedOrigins),
      joining(new Invitations(options.prisma, options.siteName, Date.now)),
      ...atProvider(options, note),
    ],
  });
}

/** Signing in at the provider of the settings, where one is set. */
function atProvider({ oidc, prisma, trustedOrigins: origins, logger }: AuthOptions, note: NoteRefusal) {
  if (oidc === undefined) return [];
  const [provider, people] = [new OidcProvider(oidc, Date.now), new OidcPeople(prisma, oidc)];
  return [byOidc({ provider, people, origins, note, logger })];
}

export type Auth = ReturnType<typeof createAuth>;
