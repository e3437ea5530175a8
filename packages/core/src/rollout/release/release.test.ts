import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { releaseContentSchema, reservedSettings } from "./release.ts";

const makes = (name: string): boolean =>
  releaseContentSchema.safeParse({
    ...{ service: "transfer", version: "1.4.0", rules: null },
    config: { [name]: "x" },
  }).success;

test.each(["LOG_LEVEL", "TAPLINE_ARCHIVE_READBACK", "TAPLINE_CREDIT_WINDOW_TAPS", "OTEL_TRACES_SAMPLER"])(
  "a release sets %s",
  (name) => expect(makes(name)).toBe(true),
);

test.each([
  ["whom objects are sealed to", "TAPLINE_RECIPIENTS"],
  ["whom objects are sealed to, past the trust file", "TAPLINE_RECIPIENT_PINS"],
  ["whom certificates are believed by", "TAPLINE_TRUST"],
  ["which agents are let in", "TAPLINE_AGENT_CA"],
  ["who signs people in", "TAPLINE_OIDC_ISSUER"],
  ["where archives are", "TAPLINE_ARCHIVES"],
  ["which host is believed to be the archive", "TAPLINE_ARCHIVE_HOST_KEY"],
  ["whether taps lie sealed in Redis", "TAPLINE_BUFFER_SEAL"],
  ["whether unsigned taps are taken", "TAPLINE_UNSIGNED_TAPS"],
  ["who may connect", "TAPLINE_INGEST_HOST"],
  ["where spans are sent", "OTEL_EXPORTER_OTLP_ENDPOINT"],
  ["whose signs of life a process gives", "TAPLINE_INSTANCE"],
  ["whether a process can be held", "TAPLINE_FAULT_POINTS"],
  ["what it judges by, beside its own part for that", "TAPLINE_RULES_RELEASE"],
])("no release says %s", (_what, name) => expect(makes(name)).toBe(false));

test("a cluster refuses the same settings, whoever has the token of noops", async () => {
  const policy = new URL("../../../../../istio/services/noops-admission.yaml", import.meta.url);
  expect(await readFile(policy, "utf8")).toContain(`!e.name.matches("${reservedSettings.source}")`);
});
