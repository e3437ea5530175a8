import type { meshServices } from "./edge.ts";

/**
 * Connections to PostgreSQL that a process of each service opens at most, unless told otherwise: what it used at once under load
 * (docs/scale.md), and some room. Two at least: who waits for the end of a long statement still hears from the database.
 */
const needs: Readonly<Record<(typeof meshServices)[number], number>> = {
  ...{ ingest: 3, buffer: 3, validation: 3, encryption: 2, transfer: 4 },
  ...{ audit: 4, kpi: 3, telemetry: 2, alerts: 5, balance: 2, noops: 4 },
  web: 8,
};

/** As many as one process of several services opens. */
const most = 8;

/** Connections that a process of these services opens at most where no setting says it. */
export function databaseConnections(services: readonly (keyof typeof needs)[]): number {
  const wanted = services.reduce((sum, service) => sum + needs[service], 0);
  return Math.min(most, wanted);
}
