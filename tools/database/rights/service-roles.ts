import pg from "pg";
import { whileMigrating } from "../while-migrating.ts";
import { admitService } from "./admit-service.ts";
import { type Service, serviceRights } from "./service-rights.ts";

/** What the names of the services' roles begin with, where nobody says otherwise. */
export const usualRolePrefix = "tapline_";

export const ownRoleServices = Object.keys(serviceRights) as Service[];

/** The role of a service: as `tapline_web`. */
export const roleOf = (service: Service, prefix = usualRolePrefix): string => `${prefix}${service}`;

/** What an administrator of the server runs, once: a role for each service, which may sign in and nothing else. */
export function makeRolesSql(prefix: string, passwordOf: (service: Service) => string): string[] {
  return ownRoleServices.map(
    (service) =>
      `CREATE ROLE ${pg.escapeIdentifier(roleOf(service, prefix))} LOGIN PASSWORD ${pg.escapeLiteral(passwordOf(service))};`,
  );
}

/**
 * Gives each service's role its rights, all of them or none. To be called after migrations, by the owner of the tables.
 * @throws what `admitService` throws
 */
export async function admitServiceRoles(ownerUrl: string, prefix: string): Promise<void> {
  await whileMigrating(ownerUrl, async (client) => {
    await client.query("BEGIN");
    for (const service of ownRoleServices) await admitService(client, roleOf(service, prefix), service);
    await client.query("COMMIT");
  });
}

/**
 * Makes the roles on a PostgreSQL of ours that has none of them yet, and admits them.
 * @param ownerUrl signs in as a superuser, to the database in which the services are to work
 */
export async function openServiceRoles(
  ownerUrl: string,
  passwordOf: (service: Service) => string,
  prefix = usualRolePrefix,
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    for (const sql of makeRolesSql(prefix, passwordOf)) await client.query(sql);
  } finally {
    await client.end();
  }
  await admitServiceRoles(ownerUrl, prefix);
}

/** The same database, as one service signs in to it. */
export function asService(url: string, service: Service, password: string, prefix?: string): string {
  const own = new URL(url);
  own.username = roleOf(service, prefix);
  own.password = password;
  return own.href;
}
