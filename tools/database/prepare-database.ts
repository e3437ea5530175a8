import { applyMigrations } from "./apply-migrations.ts";
import { admitServiceRoles } from "./rights/service-roles.ts";
import { admitServices } from "./services-role.ts";

/**
 * Brings a database up to date: by its owner, who then gives the services their rights.
 * @param ownerUrl null where the services sign in as the owner themselves
 * @param rolePrefix what the names of the services' own roles begin with; null where all sign in as one role
 * @throws what `applyMigrations`, `admitServices` and `admitServiceRoles` throw
 */
export async function prepareDatabase(
  servicesUrl: string,
  ownerUrl: string | null,
  rolePrefix: string | null = null,
): Promise<void> {
  await applyMigrations(ownerUrl ?? servicesUrl);
  if (ownerUrl === null) return;
  await admitServices(ownerUrl, servicesUrl);
  if (rolePrefix !== null) await admitServiceRoles(ownerUrl, rolePrefix);
}
