import { createHash } from "node:crypto";
import { meshServices } from "@tapline/core/telemetry";
import type { Service } from "../database/index.ts";
import { aclRules, rulesAtSentinels, serverRules } from "./service-acl.ts";

/** What the names of the services' users begin with, as of their roles in PostgreSQL. */
export const usualUserPrefix = "tapline_";

/** Of the servers: who follows another one, who watches them, and who looks after them. */
type ServerUser = keyof typeof serverRules;

/** A service; `services`: as whom people's commands sign in; or one of the servers. */
export type User = Service | "services" | ServerUser;

export const users: readonly User[] = [...meshServices, "services", "replica", "sentinel", "administrator"];

export const userOf = (user: User, prefix = usualUserPrefix): string => `${prefix}${user}`;

const isOfServers = (user: User): user is ServerUser => user in serverRules;
const rulesOf = (user: User): readonly string[] => (isOfServers(user) ? serverRules[user] : aclRules(user));

const rulesAt = (user: User): readonly string[] => rulesAtSentinels[isOfServers(user) ? user : "asking"];

/**
 * What an administrator of the server runs, by redis-cli: a user for each service, or of users that are there their rights anew.
 * @param passwordOf of letters, digits, `-` and `_`; null: they keep the passwords that they have
 */
export function setUserCommands(
  passwordOf: ((service: Service) => string) | null,
  prefix?: string,
): string[] {
  return meshServices.map((service) => {
    const password = passwordOf === null ? [] : ["resetpass", `>${passwordOf(service)}`];
    return ["ACL SETUSER", userOf(service, prefix), ...password, ...aclRules(service)].join(" ");
  });
}

/**
 * A line for each of these users, as an ACL file and redis.conf take it: no password stands in it, its SHA-256 does.
 * @param passwordsOf each of them lets that user in
 */
export function userLines<Some extends User>(
  some: readonly Some[],
  passwordsOf: (user: Some) => readonly string[],
  prefix?: string,
  rules: (user: Some) => readonly string[] = rulesOf,
): string[] {
  return some.map((user) => {
    const passwords = passwordsOf(user).map(
      (password) => `#${createHash("sha256").update(password).digest("hex")}`,
    );
    return ["user", userOf(user, prefix), ...passwords, ...rules(user)].join(" ");
  });
}

const anybody = "user default on nopass -@all +ping";

/** Of a Redis where each has a user: whoever does not sign in may ask whether it answers, as a kubelet does, and no more. */
export const aclFile = (passwordsOf: (user: User) => readonly string[], prefix?: string): string =>
  [anybody, ...userLines(users, passwordsOf, prefix), ""].join("\n");

/** Of its sentinels: the same users, by the same passwords, with the rights that are needed there. */
export function sentinelAclFile(passwordsOf: (user: User) => readonly string[], prefix?: string): string {
  return [anybody, ...userLines(users, passwordsOf, prefix, rulesAt), ""].join("\n");
}

/**
 * The same Redis, or nodes of the same cluster, as one of them signs in to it; to sentinels, too, where the URL has no password of
 * theirs (`sentinelpassword`).
 */
export function asRedisUser(url: string, user: User, password: string, prefix?: string): string {
  const own = `${userOf(user, prefix)}:${encodeURIComponent(password)}`;
  const signedIn = url.replace(/^([a-z-]+:\/\/)(?:[^@/?]*@)?/, (_, scheme) => `${scheme}${own}@`);
  if (!/^rediss?-sentinel:/.test(url) || /[?&]sentinelpassword=/.test(url)) return signedIn;
  const atSentinels = `sentinelusername=${userOf(user, prefix)}&sentinelpassword=${encodeURIComponent(password)}`;
  return `${signedIn}${url.includes("?") ? "&" : "?"}${atSentinels}`;
}
