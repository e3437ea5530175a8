import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { madeReleaseSchema, mayReleaseSet, releasableSettings, releaseContentSchema } from "./release.ts";

const project = new URL("../../../../../", import.meta.url);
const textOf = (path: string): Promise<string> => readFile(new URL(path, project), "utf8");

const contentWith = (name: string) => ({
  ...{ service: "transfer", version: "1.4.0", rules: null },
  config: { [name]: "x" },
});
const makes = (name: string): boolean => releaseContentSchema.safeParse(contentWith(name)).success;

test.each(releasableSettings)("a release sets %s", (name) => {
  expect(makes(name)).toBe(true);
  expect(mayReleaseSet(name)).toBe(true);
});

test("what a release sets is a setting that there is", async () => {
  const folder = "apps/worker/src/settings/";
  const worker = (await readdir(new URL(folder, project))).map((name) => `${folder}${name}`);
  const files = [...worker, "apps/web/server/config.ts", "packages/telemetry/src/receiver/settings.ts"];
  const known = (await Promise.all(files.map(textOf))).flatMap((text) =>
    [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name),
  );
  expect(releasableSettings.filter((name) => !known.includes(name))).toEqual([]);
});

test("who is refused hears which setting it was, and what a release may set", () => {
  const { error } = releaseContentSchema.safeParse(contentWith("TAPLINE_TRUST"));
  expect(error?.issues).toEqual([
    expect.objectContaining({
      path: ["config", "TAPLINE_TRUST"],
      message: expect.stringMatching(/cannot set TAPLINE_TRUST; it may set LOG_LEVEL, .*TAPLINE_SITE_NAME/),
    }),
  ]);
});

test("a release of before is read though it sets what none may set any more, and is not run", () => {
  expect(madeReleaseSchema.safeParse(contentWith("TAPLINE_PARTITIONS")).success).toBe(true);
  expect(mayReleaseSet("TAPLINE_PARTITIONS")).toBe(false);
});

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
  ["what all processes have alike", "TAPLINE_PARTITIONS"],
  ["which code runs", "NODE_OPTIONS"],
  ["what nobody has thought about yet", "TAPLINE_NEW_SETTING"],
  ["what it judges by, beside its own part for that", "TAPLINE_RULES_RELEASE"],
])("no release says %s", (_what, name) => expect(makes(name)).toBe(false));

test("a cluster lets noops set the same settings and take them away, and no other, whoever has its token", async () => {
  const lists = (await textOf("istio/services/noops-admission.yaml")).matchAll(/[eo]\.name in \[([^\]]*)\]/g);
  const named = [...lists].map(([, list = ""]) =>
    [...list.matchAll(/"([A-Z0-9_]+)"/g)].map(([, name]) => name),
  );
  const same = [...releasableSettings, "TAPLINE_RULES_RELEASE"];
  expect(named).toEqual([same, same]);
});
