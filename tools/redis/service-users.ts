import { meshServices } from "@tapline/core/telemetry";
import type { Service } from "../database/index.ts";
import { aclRules } from "./service-acl.ts";

/** What the names of the services' users begin with, as of their roles in PostgreSQL. */
export const usualUserPrefix = "tapline_";

export const userOf = (service: Service, prefix = usualUserPrefix): string => `${prefix}${service}`;

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

/** The same Redis, as one service signs in to it. */
export function asRedisUser(url: string, service: Service, password: string, prefix?: string): string {
  const own = new URL(url);
  own.username = userOf(service, prefix);
  own.password = password;
  return own.href;
}
