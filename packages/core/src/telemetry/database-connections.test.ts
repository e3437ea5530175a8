import { expect, test } from "vitest";
import { databaseConnections } from "./database-connections.ts";
import { meshServices } from "./edge.ts";

test("a process of one service has two connections at least, and one of all of them no more than eight", () => {
  const each = meshServices.map((service) => databaseConnections([service]));
  expect(Math.min(...each)).toBe(2);
  expect(databaseConnections(meshServices)).toBe(8);
  expect(databaseConnections(["encryption", "telemetry"])).toBe(4);
});

test("an installation of two processes of each service fits into what PostgreSQL takes unless told otherwise", () => {
  const all = meshServices.reduce((sum, service) => sum + 2 * databaseConnections([service]), 0);
  // Of 100, 3 are the superuser's, and some are people's and migrations'.
  expect(all).toBeLessThanOrEqual(90);
});
