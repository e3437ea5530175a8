export { applyMigrations } from "./apply-migrations.ts";
export { prepareDatabase } from "./prepare-database.ts";
export { migrationsDir, readMigrations } from "./read-migrations.ts";
export { type Service, serviceRights } from "./rights/service-rights.ts";
export { admitServiceRoles, asService, openServiceRoles, roleOf } from "./rights/service-roles.ts";
export { asServices, openServicesRole, servicesRole } from "./services-role.ts";
