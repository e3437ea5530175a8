export { type Health, type HealthParts, serveHealth } from "./serve-health.ts";
