import { messageOf, TaplineError } from "@tapline/core/kernel";
import * as oidc from "openid-client";
import { z } from "zod";
import type { OidcSettings } from "../oidc-settings.ts";

/** So long the provider may take for one answer, s. */
const answerSeconds = 10;
/** So long what it says of itself is taken for true, ms. */
const knownMs = 10 * 60_000;

/** What is kept while a person is at the provider's. */
export interface Journey {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
}

/** What the provider says of a person. */
export interface Told {
  /** Which person it is, at this provider, for ever. */
  readonly subject: string;
  /** `null`: none, or the provider has not made sure that it is theirs. */
  readonly email: string | null;
  readonly name: string | null;
  /** What stands in the claim that tells roles. */
  readonly groups: readonly string[];
}

const claimsSchema = z.looseObject({
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  email_verified: z.union([z.boolean(), z.literal("true").transform(() => true)]).catch(false),
  name: z.string().trim().min(1).optional().catch(undefined),
});
const groupsSchema = z.union([z.array(z.string()), z.string().transform((one) => [one])]).catch([]);

/** The provider of OpenID Connect: what it says of itself is asked for (Discovery 1.0) once it is needed. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  readonly #clock: () => number;
  #known: { readonly config: oidc.Configuration; readonly atEpochMs: number } | null = null;

  constructor(settings: OidcSettings, clock: () => number) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Where a browser is sent, by the code flow with PKCE. @throws TaplineError `unavailable` */
  async begin(redirectUri: string): Promise<{ url: URL; journey: Journey }> {
    const config = await this.#config();
    const journey = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(config, {
      ...{ redirect_uri: redirectUri, scope: "openid email profile" },
      ...{ state: journey.state, nonce: journey.nonce },
      code_challenge: await oidc.calculatePKCECodeChallenge(journey.verifier),
      code_challenge_method: "S256",
    });
    return { url, journey };
  }

  /**
   * Takes what the browser brought back: exchanges the code, and checks issuer, audience, nonce, time and signature of the ID token.
   * @param cameBack the address that it was sent back to, with what the provider put there
   * @throws TaplineError `unavailable`, `invalid-input` where something does not fit
   */
  async finish(cameBack: URL, { state, nonce, verifier }: Journey): Promise<Told> {
    const config = await this.#config();
    const tokens = await oidc
      .authorizationCodeGrant(config, cameBack, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      })
      .catch(doesNotFit);
    const said = tokens.claims() ?? doesNotFit(new Error("there is no ID token"));
    // Providers may tell more where they are asked by the access token; it has to be of the same subject.
    const more = config.serverMetadata().userinfo_endpoint
      ? await oidc.fetchUserInfo(config, tokens.access_token, said.sub).catch(doesNotFit)
      : {};
    const claims: Record<string, unknown> = { ...said, ...more };
    const { email, email_verified: isTheirs, name } = claimsSchema.parse(claims);
    const groups = groupsSchema.parse(claims[this.#settings.roleClaim ?? ""]);
    return { subject: said.sub, email: isTheirs ? (email ?? null) : null, name: name ?? null, groups };
  }

  /** @throws TaplineError `unavailable` */
  async #config(): Promise<oidc.Configuration> {
    const known = this.#known;
    if (known !== null && Math.abs(this.#clock() - known.atEpochMs) < knownMs) return known.config;
    const { issuer, clientId, clientSecret } = this.#settings;
    // The settings let plain HTTP be on loopback alone.
    const execute = issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [];
    const config = await oidc
      .discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: answerSeconds })
      .catch((cause: unknown) => {
        throw new TaplineError("unavailable", `the provider ${issuer} does not say how to sign in there`, {
          remedy: "see that TAPLINE_OIDC_ISSUER is what it calls itself, and that the console reaches it",
          cause,
        });
      });
    // Else a token that comes straight from the provider would be taken unsigned.
    oidc.enableNonRepudiationChecks(config);
    this.#known = { config, atEpochMs: this.#clock() };
    return config;
  }
}

/** @throws TaplineError always */
function doesNotFit(cause: unknown): never {
  const isAway = cause instanceof oidc.ClientError && cause.code === "OAUTH_TIMEOUT";
  throw new TaplineError(
    isAway || cause instanceof TypeError ? "unavailable" : "invalid-input",
    `what the provider answered does not fit: ${messageOf(cause)}`,
    { remedy: "sign in anew", cause },
  );
}
