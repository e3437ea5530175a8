import { createServer } from "node:http";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { AlertStore } from "../alerts/alert-store.ts";
import type { ArchiveViews } from "../archive/archive-views.ts";
import type { AuditReader } from "../audit/audit-reader.ts";
import type { AgentViews } from "../fleet/agent-views.ts";
import type { FleetReader, FleetSteering } from "../fleet/fleet-reader.ts";
import type { KpiStore } from "../kpi/kpi-store.ts";
import { listen } from "../listen.ts";
import type { Registry } from "../registry/registry.ts";
import type { TapViews } from "../taps/tap-views.ts";
import { createTrpcHandler, type TrpcParts } from "./create-trpc-handler.ts";

test("one request calls at most ten procedures; a longer batch is refused whole", async () => {
  let asked = 0;
  const viewerOf = async () => {
    asked += 1;
    return null;
  };
  const parts = {
    viewerOf,
    confirm: async () => {},
    alerts: {} as AlertStore,
    audit: {} as AuditReader,
    auditViews: {} as TrpcParts["auditViews"],
    keys: {} as TrpcParts["keys"],
    kpi: {} as KpiStore,
    services: { latest: async () => null },
    agentViews: {} as AgentViews,
    agentLogs: {} as TrpcParts["agentLogs"],
    tapViews: {} as TapViews,
    archiveViews: {} as ArchiveViews,
    tapProofs: {} as TrpcParts["tapProofs"],
    handovers: {} as TrpcParts["handovers"],
    noops: {} as TrpcParts["noops"],
    releases: {} as TrpcParts["releases"],
    ruleReleases: {} as TrpcParts["ruleReleases"],
    fleet: {} as FleetReader,
    steering: {} as FleetSteering,
    people: {} as TrpcParts["people"],
    peopleDesk: {} as TrpcParts["peopleDesk"],
    invitations: {} as TrpcParts["invitations"],
    apiTokens: {} as TrpcParts["apiTokens"],
    installation: {} as TrpcParts["installation"],
    registry: {} as Registry,
    savedViews: {} as TrpcParts["savedViews"],
    pushes: {} as TrpcParts["pushes"],
    refusals: { note: async () => true },
    logger: pino({ level: "silent" }),
  };
  const server = createServer(createTrpcHandler(parts));
  const port = await listen(server, "127.0.0.1", 0);
  const batch = (calls: number) => {
    const path = Array.from({ length: calls }, () => "kpi.live").join(",");
    return fetch(`http://127.0.0.1:${port}/api/trpc/${path}?batch=1`);
  };
  expect((await batch(11)).status).toBe(400);
  expect(asked).toBe(0);
  expect((await batch(10)).status).toBe(401);
  server.close();
});
