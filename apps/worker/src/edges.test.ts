import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  consoleOperations,
  doorOperations,
  type EdgeOperation,
  edges,
  meshOutsiders,
  meshServices,
  scalerOperations,
  servicePorts,
  streamOperations,
} from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { roleNames } from "./config.ts";
import { openApiDocument } from "./ingress/openapi.ts";
import { ingestService } from "./ingress/stream/service.ts";
import { scalerService } from "./scaler/service.ts";
import { ingestSettings } from "./settings/ingest.ts";

const root = join(import.meta.dirname, "../../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const told = (operations: readonly EdgeOperation[]) =>
  operations.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)).sort();

/** What gives a program a connection or a listener. */
const opening =
  /(?:\bfetch\(|createTransport\(|new (?:Client|SftpClient|Redis|Cluster|PrismaPg|KubeConfig|OTLP\w+Exporter)\(|extends KubeConfig|as requestHttps|"openid-client"|createServer\(|createTlsServer\(|openGrpcOverTls\()/;

/** They open something, too, that is no edge of its own. */
const besides: Readonly<Record<string, string>> = {
  "apps/worker/src/fault-points/fault-points.ts": "a parent's channel",
  "apps/worker/src/grpc-over-tls.ts": "of create-stream-server.ts and create-scaler-server.ts",
  "packages/core/adapters/src/sftp/offered-host-key.ts": "asked by a command, before an archive is trusted",
  "packages/telemetry/src/otlp/send-logs.ts": "of open-otlp.ts",
  "packages/telemetry/src/otlp/send-metrics.ts": "of open-otlp.ts",
  "packages/telemetry/src/tracing/record-spans.ts": "of open-otlp.ts",
};

describe("the table of edges", () => {
  test("knows every role, and the console", () => {
    expect([...meshServices].sort()).toEqual([...roleNames, "web"].sort());
    const known = new Set<string>([...meshServices, ...meshOutsiders]);
    expect(edges.flatMap(({ from, to }) => [from, to]).filter((name) => !known.has(name))).toEqual([]);
  });

  test("says no edge twice", () => {
    const names = edges.map(({ from, to, port }) => `${from} ${to} ${port.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test("has the ports that the door listens on", () => {
    expect(ingestSettings.TAPLINE_INGEST_PORT.parse(undefined)).toBe(servicePorts.taps.number);
    expect(ingestSettings.TAPLINE_STREAM_PORT.parse(undefined)).toBe(servicePorts.stream.number);
  });

  test("has every route of the door, and no other", () => {
    const { paths } = openApiDocument() as { paths: Record<string, object> };
    const served = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told(doorOperations)).toEqual([...new Set([...served, "GET /v1/openapi.json"])].sort());
  });

  test("has every method of the gRPC services, and no other", () => {
    const methods = (service: Record<string, { path: string }>) =>
      Object.values(service)
        .map(({ path }) => `POST ${path}`)
        .sort();
    expect(told(streamOperations)).toEqual(methods(ingestService));
    expect(told(scalerOperations)).toEqual(methods(scalerService));
  });

  test("has every way into the console", () => {
    const http = textOf("apps/web/server/http.ts");
    const prefixes = [...http.matchAll(/path\.startsWith\("(\/api\/[^"]+)"\)/g)].map(
      (found) => `${found[1]}*`,
    );
    const constants = [
      /exportPath = "([^"]+)"/.exec(textOf("apps/web/server/audit/export-route.ts"))?.[1],
      `${/linkPath = "([^"]+)"/.exec(textOf("apps/web/server/alerts/acknowledge-link.ts"))?.[1]}*`,
    ];
    const expected = new Set([...prefixes, ...constants, "/socket.io/*", "/*"]);
    expect(new Set(consoleOperations.map(({ path }) => path))).toEqual(expected);
  });

  test("has whoever opens the archives", () => {
    const asked =
      /const archives =([^;?]+)\? await/.exec(textOf("apps/worker/src/wire/start-worker.ts"))?.[1] ?? "";
    const roles = [...asked.matchAll(/has\("(\w+)"\)/g)].map((found) => found[1]);
    const callers = edges.filter(({ to }) => to === "archives").map(({ from }) => from);
    expect(callers.sort()).toEqual(roles.sort());
  });

  test("has every file that listens or connects", () => {
    const files = globSync(
      ["apps/{worker,web}/**/*.ts", "packages/**/*.ts"].map((glob) => glob),
      { cwd: root, exclude: (path) => /node_modules|\.next|generated/.test(path) },
    ).filter(
      (path) =>
        !/\.(test|fixture)\.ts$|\/simulation\/|\/(features|client|cli|site|test-site|ui)\//.test(path),
    );
    const opened = files.filter((path) => opening.test(textOf(path)));
    const edgeFiles = edges.map(({ code }) => code).filter((code) => !code.endsWith("open-otlp.ts"));
    const expected = new Set([...edgeFiles, ...Object.keys(besides)]);
    expect(opened.filter((path) => !expected.has(path))).toEqual([]);
    expect(edgeFiles.filter((path) => !opened.includes(path))).toEqual([]);
  });

  test("lets a proxy try again nothing that has no operations, and no stream", () => {
    const operations = edges.flatMap((edge) => edge.operations ?? []);
    expect(operations.filter((one) => one.withinMs === null && one.idempotent)).toEqual([]);
  });
});
