import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Context, Provider } from "oidc-provider";

/** What the provider says of a person beside their number. */
export interface KnownThere {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: readonly string[];
}

/** Another ID token in place of the right one: claims that are others, signed by the provider's key or a stranger's. */
export type Forgery = { claims?: Record<string, unknown>; byStranger?: boolean };

const client = { id: "tapline", secret: "a secret that the provider gave" };

/** A real provider of OpenID Connect on loopback, at which whoever comes is signed in already. */
export class OidcProviderFixture {
  readonly issuer: string;
  readonly clientId = client.id;
  readonly clientSecret = client.secret;
  /** Whoever comes, by their number there. */
  subject = "";
  readonly people = new Map<string, KnownThere>();
  forgery: Forgery | null = null;
  readonly #server: ReturnType<typeof createServer>;
  readonly #key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  readonly #stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<OidcProviderFixture> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new OidcProviderFixture(server);
  }

  /** Serves, and sends browsers back to these addresses alone. */
  serve(redirectUris: readonly string[]): void {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: redirectUris }],
      jwks: { keys: [{ ...this.#key.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] },
      cookies: { keys: ["a key of a test"] },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      pkce: { required: () => true },
      findAccount: (_: unknown, sub: string) => ({
        accountId: sub,
        claims: async () => ({ sub, ...this.people.get(sub) }),
      }),
      loadExistingGrant: async ({ oidc }: Context) => {
        const { clientId } = oidc.client;
        const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid email profile");
        await grant.save();
        return grant;
      },
    });
    provider.use(async (ctx, next) => {
      await next();
      const body = ctx.body as { id_token?: string } | undefined;
      if (ctx.path === "/token" && body?.id_token !== undefined && this.forgery !== null)
        ctx.body = { ...body, id_token: this.#forge(body.id_token, this.forgery) };
    });
    const answer = provider.callback();
    const listener: RequestListener = (request, response) => {
      if (!request.url?.startsWith("/interaction/")) return answer(request, response);
      const login = { accountId: this.subject, remember: false };
      const options = { mergeWithLastSubmission: false };
      provider.interactionFinished(request, response, { login }, options).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    };
    this.#server.removeAllListeners("request").on("request", listener);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #forge(token: string, { claims = {}, byStranger = false }: Forgery): string {
    const [head = "", body = ""] = token.split(".");
    const said = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...said, ...claims })).toString("base64url");
    const key: KeyObject = byStranger ? this.#stranger : this.#key;
    return `${head}.${forged}.${sign("sha256", Buffer.from(`${head}.${forged}`), key).toString("base64url")}`;
  }
}
