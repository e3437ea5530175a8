import { describe, expect, test } from "vitest";
import { ConfigError, readConfig, roleNames } from "./config.ts";

const least = {
  DATABASE_URL: "postgresql://u:p@127.0.0.1:5432/tapline",
  REDIS_URL: "redis://127.0.0.1:6379",
};

describe("the worker's settings", () => {
  test("need no more than the two databases; the rest has defaults, and all services run", () => {
    expect(readConfig({ ...least })).toEqual({
      ...least,
      roles: roleNames,
      TAPLINE_INGEST_HOST: "127.0.0.1",
      TAPLINE_INGEST_PORT: 7443,
      TAPLINE_STREAM_PORT: 7444,
      TAPLINE_AGENT_CERT_DAYS: 30,
      TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: 100_000,
      TAPLINE_AGENT_TAPS_PER_SECOND: 5_000,
      TAPLINE_CREDIT_WINDOW_TAPS: 50_000,
      TAPLINE_ALERT_NETWORKS: [],
      TAPLINE_PUSH_SERVICES: [],
      TAPLINE_AUDIT_ARCHIVE_SECONDS: 900,
      TAPLINE_BALANCE_BOUNDS: [],
      TAPLINE_SCALER_HOST: "127.0.0.1",
      TAPLINE_BUFFER_MAX_MIB: 256,
      TAPLINE_PARTITIONS: 1,
      TAPLINE_BUFFER_SEAL: "process-key",
      TAPLINE_ARCHIVE_READBACK: 0.1,
      TAPLINE_DRILL_EVERY_MINUTES: 60,
      TAPLINE_RECONCILE_EVERY_MINUTES: 10,
      TAPLINE_LEFTOVER_HOURS: 24,
      TAPLINE_RECIPIENT_PINS: [],
      TAPLINE_KEY_ROTATE_DAYS: 0,
      TAPLINE_UNSIGNED_TAPS: "refuse",
      TAPLINE_ACTUATOR: "none",
      TAPLINE_COLOUR: "blue",
      TAPLINE_FAULT_POINTS: "off",
      TAPLINE_HEALTH_PORT: 0,
      TAPLINE_HEALTH_HOST: "127.0.0.1",
      TAPLINE_DRAIN_DELAY_SECONDS: 0,
      TAPLINE_GRACE_SECONDS: 3,
      OTEL_SDK_DISABLED: false,
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp",
      OTEL_METRIC_EXPORT_INTERVAL: 60_000,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: 0.01,
      LOG_LEVEL: "info",
    });
  });

  test("name roles and files as lists, spaces and empty items aside", () => {
    const config = readConfig({ ...least, ROLE: "ingest, kpi,", TAPLINE_RECIPIENTS: "/a.crt , /b.crt" });
    expect(config.roles).toEqual(["ingest", "kpi"]);
    expect(config.TAPLINE_RECIPIENTS).toEqual(["/a.crt", "/b.crt"]);
    expect(readConfig({ ...least, ROLE: "" }).roles).toEqual(roleNames);
  });

  const wrong: [string, string][] = [
    ["ROLE", "ingest,cook"],
    ["DATABASE_URL", "mysql://localhost/x"],
    ["REDIS_URL", "http://localhost"],
    ["TAPLINE_DATABASE_CONNECTIONS", "1"],
    ["TAPLINE_INGEST_PORT", "70000"],
    ["TAPLINE_STREAM_PORT", "7.5"],
    ["TAPLINE_AGENT_TAPS_PER_SECOND", "0"],
    ["TAPLINE_CREDIT_WINDOW_TAPS", "999"],
    ["TAPLINE_BUFFER_MAX_MIB", "31"],
    ["TAPLINE_PARTITIONS", "0"],
    ["TAPLINE_PARTITIONS", "65"],
    ["TAPLINE_BUFFER_SEAL", "yes"],
    ["TAPLINE_ARCHIVE_URL", "ftp://host/root"],
    ["TAPLINE_ARCHIVE_HOST_KEY", "SHA256:short"],
    ["TAPLINE_UNSIGNED_TAPS", "maybe"],
    ["TAPLINE_ALERT_CONSOLE", "console.example"],
    ["TAPLINE_PUSH_SERVICES", "fcm.googleapis.com,https://push.example"],
    ["TAPLINE_BALANCE_BOUNDS", "ingest=3-2"],
    ["TAPLINE_BALANCE_BOUNDS", "oven=1-2"],
    ["TAPLINE_SCALER_PORT", "70000"],
    ["TAPLINE_HEALTH_PORT", "-1"],
    ["TAPLINE_INSTANCE", "Not A Name"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"],
    ["OTEL_TRACES_SAMPLER_ARG", "2"],
    ["LOG_LEVEL", "loud"],
  ];

  test.each(wrong)("%s=%s stops the start and is named", (name, value) => {
    expect(() => readConfig({ ...least, [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ ...least, [name]: value })).toThrow(new RegExp(`${name}(\\.\\d+)?: `));
  });

  test("are all named at once where several are wrong", () => {
    const message = messageOf(() => readConfig(Object.fromEntries(wrong)));
    for (const [name] of wrong) expect(message).toContain(name);
    expect(messageOf(() => readConfig({}))).toMatch(/DATABASE_URL: .*REDIS_URL: /);
  });

  test("that are secrets are not repeated in the fault", () => {
    expect(messageOf(() => readConfig({ ...least, DATABASE_URL: "mysql://u:hunter2@h/x" }))).not.toContain(
      "hunter2",
    );
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
