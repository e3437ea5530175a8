import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import { readManifests } from "./render.ts";

// A compiler is started in one of them, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 180_000 });

const folder = join(import.meta.dirname, "../../istio/observability");
const textOf = (name: string) => readFileSync(join(folder, name), "utf8");
const rules = z.object({ groups: z.array(z.looseObject({ name: z.string() })) });
const groups = rules.parse(parse(textOf("prometheus-rules.yaml"))).groups;
const boards = readdirSync(join(folder, "dashboards")).map((name) => `dashboards/${name}`);

/** What Istio's proxies, their agents and istiod tell, as its reference of standard metrics and of commands has it. */
const told: ReadonlySet<string> = new Set([
  ...["istio_requests_total", "istio_request_duration_milliseconds_bucket"],
  ...["istio_tcp_connections_opened_total", "istio_tcp_connections_closed_total"],
  ...["istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total"],
  ...["istio_agent_cert_expiry_seconds", "istio_build", "pilot_total_xds_rejects"],
]);
/** Labels of those, and of what is scraped. */
const labels: ReadonlySet<string> = new Set([
  ...["reporter", "source_workload", "source_workload_namespace", "destination_workload"],
  ...["destination_workload_namespace", "destination_service", "response_code", "response_flags"],
  ...["connection_security_policy", "resource_name", "component", "tag", "type", "instance", "le"],
  ...["__name__"],
]);

const alerts = z.array(
  z.strictObject({
    alert: z.string().startsWith("Tapline"),
    expr: z.string(),
    for: z.string().optional(),
    labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }),
    annotations: z.strictObject({ summary: z.string(), remedy: z.string() }),
  }),
);

describe("what watches the mesh", () => {
  test("is made of figures that Istio tells", () => {
    const texts = ["prometheus-rules.yaml", ...boards].map(textOf).join("\n");
    const used = texts.match(/(?<![\w:])(?:istio|pilot|citadel)_[a-z_]+/g) ?? [];
    expect(new Set(used)).toEqual(told);
  });

  test("asks for labels that those figures have", () => {
    const mesh = [
      JSON.stringify(groups.filter(({ name }) => name === "tapline-mesh")),
      textOf("dashboards/mesh.json"),
    ];
    const used = mesh.flatMap((text) => [
      ...[...text.matchAll(/(?:by|on) \(([a-z_, ]*)\)/g)].flatMap(([, names = ""]) => names.split(", ")),
      ...[...text.matchAll(/[{,](\w+)(?:=~|!~|!=|=)\\"/g)].map(([, name = ""]) => name),
      ...[...text.matchAll(/\$labels\.(\w+)/g)].map(([, name = ""]) => name),
    ]);
    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((name) => !labels.has(name))).toEqual([]);
  });

  test("says of each alert how bad it is, and what to do", () => {
    const all = groups
      .filter(({ name }) => name === "tapline-alerts" || name === "tapline-mesh")
      .flatMap((group) => alerts.parse(group.rules));
    expect(all.length).toBeGreaterThan(15);
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
  });

  test("fits the Prometheus operator, too, as a PrometheusRule", async () => {
    const rule = {
      ...{ apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule" },
      ...{ metadata: { name: "tapline", namespace: "tapline" }, spec: { groups } },
    };
    expect((await schemaCheck([rule]))(rule)).toEqual([]);
    expect(unknownFields([rule])).toEqual([]);
  });

  test("asks each service, and each door of the mesh", () => {
    const [monitor] = readManifests(join(folder, "../components/prometheus-operator/pods.yaml"));
    const selector = z.object({ matchExpressions: z.tuple([z.object({ values: z.array(z.string()) })]) });
    const { matchExpressions } = selector.parse(
      z.object({ selector: z.unknown() }).parse(monitor?.spec).selector,
    );
    expect(matchExpressions[0].values.toSorted()).toEqual(["ingress", "egress", ...meshServices].sort());
  });
});
