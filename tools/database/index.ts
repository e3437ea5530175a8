export { applyMigrations } from "./apply-migrations.ts";
export { prepareDatabase } from "./prepare-database.ts";
export { migrationsDir, readMigrations } from "./read-migrations.ts";
export { asServices, openServicesRole, servicesRole } from "./services-role.ts";
