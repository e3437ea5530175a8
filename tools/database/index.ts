export { applyMigrations } from "./apply-migrations.ts";
export { migrationsDir, readMigrations } from "./read-migrations.ts";
