import { randomUUID } from "node:crypto";
import type { GenericEndpointContext } from "@better-auth/core";
import { type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import type { Told } from "../auth/oidc-provider.ts";
import { askedNow, house, pathOf, traceOf } from "../auth/who-asks.ts";
import type { GivenRole, OidcSettings } from "../oidc-settings.ts";
import { type Sites, scopeWords } from "./scope-desk.ts";

/** Under which accounts of the provider are kept. */
const providerId = "oidc";

/** Why somebody whom the provider knows is not let in. */
export type NotLetIn = "unknown" | "no-address" | "other-domain" | "other-subject";

/** Who it is here. */
export type Found =
  | { readonly kind: "person"; readonly userId: string }
  | { readonly kind: "refused"; readonly why: NotLetIn; readonly userId: string | null };

type People = GenericEndpointContext["context"]["internalAdapter"];

/**
 * People as a provider tells of them. Who was here before is known by the provider's own number for them; who comes first by the
 * address that it has made sure of, where somebody has that here, or by the role that their groups give. Nobody becomes an admin, and
 * nobody sees more sites than their groups give.
 */
export class OidcPeople {
  readonly #prisma: PrismaClient;
  readonly #settings: OidcSettings;

  constructor(prisma: PrismaClient, settings: OidcSettings) {
    this.#prisma = prisma;
    this.#settings = settings;
  }

  /** @param people takes whose account is; each is written down, as is who is new */
  async find(told: Told, people: People): Promise<Found> {
    // With the issuer: another provider gives out the same numbers.
    const accountId = `${this.#settings.issuer} ${told.subject}`;
    const known = await this.#prisma.account.findFirst({ where: { providerId, accountId } });
    const { email } = told;
    // Without an address that the provider vouches for nobody knows the domain, of somebody known neither.
    if (email === null)
      return known === null || this.#settings.domains.length > 0
        ? refused("no-address", known?.userId ?? null)
        : { kind: "person", userId: known.userId };
    if (!this.#mayHave(email)) return refused("other-domain", known?.userId ?? null);
    if (known !== null) return { kind: "person", userId: known.userId };
    const person = await this.#prisma.user.findUnique({ where: { email }, include: { accounts: true } });
    if (person?.accounts.some((account) => account.providerId === providerId))
      return refused("other-subject", person.id);
    const role = this.#roleOf(told.groups);
    if (person === null && role === null) return refused("unknown");
    const userId = person?.id ?? (await this.#make(told, email, role ?? "viewer"));
    // Who is disabled is not let in by the session's own check, and is bound to nobody's account by trying.
    if (person?.banned !== true) await people.createAccount({ userId, providerId, accountId });
    return { kind: "person", userId };
  }

  /** The person, with what their groups let them see, and its entry: both or neither. @returns the person's id */
  async #make(told: Told, email: string, role: GivenRole): Promise<string> {
    const [id, sites] = [randomUUID(), this.#sitesOf(told.groups)];
    const [asked, words] = [askedNow(), scopeWords(sites)];
    const person = { id, email, emailVerified: true, name: nameOf(told, email), role };
    await this.#prisma.$transaction(async (tx) => {
      await tx.user.create({ data: { ...person, scope: words.scope, sites: [...(sites ?? [])] } });
      const facts = { by: pathOf(asked) };
      const what = {
        action: "user.created" as const,
        subject: `user/${id}`,
        facts,
        after: { role, ...words },
      };
      await recordAct(tx, { actor: house, reason: null, traceId: traceOf(asked) }, what, Date.now());
    });
    return id;
  }

  #mayHave(email: string): boolean {
    const { domains } = this.#settings;
    return domains.length === 0 || domains.includes(email.slice(email.lastIndexOf("@") + 1));
  }

  /** The highest that one of the groups gives. */
  #roleOf(groups: readonly string[]): GivenRole | null {
    const given = groups.map((group) => this.#settings.roles.get(group));
    return given.includes("operator") ? "operator" : given.includes("viewer") ? "viewer" : null;
  }

  /** Those of all of their groups; the whole where one of them gives that, and none where none gives any. */
  #sitesOf(groups: readonly string[]): Sites {
    const given = groups.map((group) => this.#settings.sites.get(group));
    return given.includes(null) ? null : [...new Set(given.flatMap((sites) => sites ?? []))].toSorted();
  }
}

const refused = (why: NotLetIn, userId: string | null = null): Found => ({ kind: "refused", why, userId });

const nameOf = ({ name }: Told, email: string): string =>
  (name ?? email.slice(0, email.lastIndexOf("@"))).slice(0, 80);
