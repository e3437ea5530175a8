import { applyMigrations } from "./apply-migrations.ts";
import { admitServices } from "./services-role.ts";

/**
 * Brings a database up to date: by its owner, who then gives the services their rights.
 * @param ownerUrl null where the services sign in as the owner themselves
 * @throws what `applyMigrations` and `admitServices` throw
 */
export async function prepareDatabase(servicesUrl: string, ownerUrl: string | null): Promise<void> {
  await applyMigrations(ownerUrl ?? servicesUrl);
  if (ownerUrl !== null) await admitServices(ownerUrl, servicesUrl);
}
