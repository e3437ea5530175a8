export { applyMigrations } from "./apply-migrations.ts";
export { prepareDatabase } from "./prepare-database.ts";
export { migrationsDir, readMigrations } from "./read-migrations.ts";
export { asServices, openServicesRole } from "./services-role.ts";
