import { TaplineError } from "@tapline/core/kernel";

/** Roles that a provider's word may give; nobody becomes an admin by it. */
const givenRoles = ["viewer", "operator"] as const;
export type GivenRole = (typeof givenRoles)[number];

/** A provider of OpenID Connect by which people sign in, too. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As people know it. */
  readonly name: string;
  /** Whoever has an address at one of these may sign in; none = at any. */
  readonly domains: readonly string[];
  /** The claim that tells a person's groups; `undefined`: nobody comes in by it. */
  readonly roleClaim: string | undefined;
  /** The role that each group gives. */
  readonly roles: ReadonlyMap<string, GivenRole>;
  /** The sites that each group gives to see; `null`: the whole installation. Whom none gives any sees no site. */
  readonly sites: ReadonlyMap<string, readonly string[] | null>;
}

export interface OidcEnvironment {
  readonly TAPLINE_OIDC_ISSUER?: string | undefined;
  readonly TAPLINE_OIDC_CLIENT_ID?: string | undefined;
  readonly TAPLINE_OIDC_CLIENT_SECRET_FILE?: string | undefined;
  readonly TAPLINE_OIDC_NAME?: string | undefined;
  readonly TAPLINE_OIDC_DOMAINS?: string | undefined;
  readonly TAPLINE_OIDC_ROLE_CLAIM?: string | undefined;
  readonly TAPLINE_OIDC_ROLES?: string | undefined;
  readonly TAPLINE_OIDC_SITES?: string | undefined;
}

/**
 * @param readSecret reads the file that a setting names
 * @returns `undefined` where no issuer is set: people sign in here alone
 * @throws TaplineError `misconfigured`
 */
export function oidcSettingsOf(
  env: OidcEnvironment,
  readSecret: (name: string, path: string) => string,
): OidcSettings | undefined {
  const issuer = env.TAPLINE_OIDC_ISSUER;
  if (issuer === undefined) {
    const lonely = Object.entries(env).find(
      ([name, value]) => name.startsWith("TAPLINE_OIDC_") && value !== undefined,
    );
    if (lonely === undefined) return undefined;
    throw misconfigured(`${lonely[0]} is set, and TAPLINE_OIDC_ISSUER is not`, "set both, or neither");
  }
  const { TAPLINE_OIDC_CLIENT_ID: clientId, TAPLINE_OIDC_CLIENT_SECRET_FILE: file } = env;
  if (clientId === undefined || file === undefined)
    throw misconfigured(
      "TAPLINE_OIDC_ISSUER is set without TAPLINE_OIDC_CLIENT_ID and TAPLINE_OIDC_CLIENT_SECRET_FILE",
      "register the console at the provider, and set what it gives",
    );
  const clientSecret = readSecret("TAPLINE_OIDC_CLIENT_SECRET_FILE", file).trim();
  if (clientSecret === "")
    throw misconfigured(
      "the file in TAPLINE_OIDC_CLIENT_SECRET_FILE is empty",
      "write the client's secret into it",
    );
  const roles = rolesOf(env.TAPLINE_OIDC_ROLES ?? "");
  if ((env.TAPLINE_OIDC_ROLE_CLAIM !== undefined) !== roles.size > 0)
    throw misconfigured(
      "only one of TAPLINE_OIDC_ROLE_CLAIM and TAPLINE_OIDC_ROLES is set",
      "set both, or neither where only people who are known here are to sign in",
    );
  if (roles.size === 0 && env.TAPLINE_OIDC_SITES !== undefined)
    throw misconfigured(
      "TAPLINE_OIDC_SITES is set, and no group gives a role",
      "set TAPLINE_OIDC_ROLES, too, or neither: who is known here sees what an admin says",
    );
  return {
    ...{ issuer, clientId, clientSecret, roles, roleClaim: env.TAPLINE_OIDC_ROLE_CLAIM },
    sites: sitesOf(env.TAPLINE_OIDC_SITES ?? ""),
    name: env.TAPLINE_OIDC_NAME ?? new URL(issuer).hostname,
    domains: listOf(env.TAPLINE_OIDC_DOMAINS ?? "").map((domain) => domain.toLowerCase()),
  };
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** What stands before the last `=` and behind it. */
function halvesOf(pair: string): [group: string, given: string] {
  const at = pair.lastIndexOf("=");
  return [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()];
}

/** @throws TaplineError `misconfigured` */
function rolesOf(text: string): ReadonlyMap<string, GivenRole> {
  return new Map(
    listOf(text).map((pair) => {
      const [group, given] = halvesOf(pair);
      const role = givenRoles.find((known) => known === given);
      if (role !== undefined && group !== "") return [group, role] as const;
      throw misconfigured(
        `TAPLINE_OIDC_ROLES has ${pair}, which is none of <group>=viewer and <group>=operator`,
        "name one of these roles for each group; admins are made by admins",
      );
    }),
  );
}

/** By group; `*` is the whole installation, whatever else the group gives. @throws TaplineError `misconfigured` */
function sitesOf(text: string): ReadonlyMap<string, readonly string[] | null> {
  const sites = new Map<string, readonly string[] | null>();
  for (const pair of listOf(text)) {
    const [group, site] = halvesOf(pair);
    if (group === "" || site === "")
      throw misconfigured(
        `TAPLINE_OIDC_SITES has ${pair}, which is neither <group>=<site> nor <group>=*`,
        "name a site, or * for the whole installation, for each group; a group of several sites is named once for each",
      );
    const before = sites.get(group);
    sites.set(group, site === "*" || before === null ? null : [...(before ?? []), site]);
  }
  return sites;
}

const misconfigured = (message: string, remedy: string) =>
  new TaplineError("misconfigured", message, { remedy });
