import { TaplineError } from "@tapline/core/kernel";
import pg from "pg";
import { whileMigrating } from "./while-migrating.ts";

/** The role as which the services sign in to a PostgreSQL of ours. */
export const servicesRole = "tapline_services";

/**
 * Gives the role in `servicesUrl` what the services need, and no right to change the audit log. To be called after migrations.
 * @param ownerUrl signs in as the owner of the tables
 * @throws TaplineError `misconfigured` where there is no such role, `unavailable` where nobody lets us in
 */
export async function admitServices(ownerUrl: string, servicesUrl: string): Promise<void> {
  const role = decodeURIComponent(new URL(servicesUrl).username);
  await whileMigrating(ownerUrl, async (client) => {
    const found = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
    if (found.rowCount === 0)
      throw new TaplineError(
        "misconfigured",
        `PostgreSQL has no role ${role}, as which the services sign in`,
        {
          remedy: `make it (CREATE ROLE "${role}" LOGIN PASSWORD '…'), or mend DATABASE_URL`,
        },
      );
    await client.query("SELECT admit_services($1)", [role]);
  });
}

/**
 * Makes the role of the services on a PostgreSQL of ours, with this password from now on, and admits it.
 * @param ownerUrl signs in as a superuser, to the database in which the services are to work
 * @returns the URL by which the services sign in
 */
export async function openServicesRole(ownerUrl: string, password: string): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [servicesRole]);
    const verb = found.rowCount === 0 ? "CREATE" : "ALTER";
    await client.query(
      `${verb} ROLE "${servicesRole}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(password)}`,
    );
  } finally {
    await client.end();
  }
  const servicesUrl = asServices(ownerUrl, password);
  await admitServices(ownerUrl, servicesUrl);
  return servicesUrl;
}

/** The same database as in `ownerUrl`, as the services sign in to it. */
export function asServices(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = servicesRole;
  url.password = password;
  return url.href;
}
