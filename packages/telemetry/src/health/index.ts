export { type Health, type HealthParts, type HealthPlace, serveHealth } from "./serve-health.ts";
