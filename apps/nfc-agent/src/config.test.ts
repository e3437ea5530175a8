import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const dir = mkdtempSync(join(tmpdir(), "tapline-agent-config-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("runs with nothing set", () => {
  const config = readConfig({});
  expect(config.taps).toBeNull();
  expect(config.simulated).toMatchObject({ readers: 4, perSecond: 20 });
});

it("does not bound the rate of a bounded run, unless told to", () => {
  expect(readConfig({ TAPLINE_AGENT_TAPS: "7" })).toMatchObject({ taps: 7, simulated: { perSecond: null } });
  expect(readConfig({ TAPLINE_AGENT_TAPS: "7", TAPLINE_AGENT_RATE: "0.5" }).simulated.perSecond).toBe(0.5);
});

it("takes an empty variable as not set", () => {
  expect(readConfig({ TAPLINE_AGENT_TAPS: "", TAPLINE_AGENT_READERS: "" }).simulated.readers).toBe(4);
});

it.each([
  ["TAPLINE_AGENT_INGEST_URL", "http://127.0.0.1:1"],
  ["TAPLINE_AGENT_TAPS", "many"],
  ["TAPLINE_AGENT_TAPS", "0"],
  ["TAPLINE_AGENT_READERS", "1.5"],
  ["TAPLINE_AGENT_RATE", "-1"],
  ["TAPLINE_AGENT_OUTBOX_MAX_BYTES", "5"],
  ["TAPLINE_AGENT_OUTBOX_MAX_AGE_MS", "soon"],
  ["TAPLINE_AGENT_READER_KIND", "none"],
  ["TAPLINE_AGENT_API_PORT", "70000"],
  ["TAPLINE_AGENT_API_ORIGINS", "kiosk"],
  ["LOG_LEVEL", "loud"],
])("refuses %s=%s, naming it", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`settings do not read: ${name}: `));
});

describe("the settings file", () => {
  const path = join(dir, "agent.json");
  const env = { TAPLINE_AGENT_DATA_DIR: dir };
  const read = (content: unknown, more: Record<string, string> = {}) => {
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return readConfig({ ...env, ...more });
  };

  it("sets what the environment does not", () => {
    const content = {
      ingestUrl: "https://taps.example.org",
      readerKind: "pcsc",
      buzzer: false,
      apiPort: "off",
    };
    const config = read(content, { TAPLINE_AGENT_INGEST_URL: "https://other.example.org" });
    expect(config).toMatchObject({ readerKind: "pcsc", apiPort: null, outboxDir: join(dir, "outbox") });
    expect(config.ingest.url).toBe("https://other.example.org");
    expect(config.local).toMatchObject({ buzzer: false, rereads: undefined });
  });

  it("takes lists, and no bound of age", () => {
    const config = read({ apiOrigins: ["https://kiosk.example.org/"], outboxMaxAgeMs: "none" });
    expect(config.apiOrigins).toEqual(["https://kiosk.example.org"]);
    expect(config.local.outboxMaxAgeMs).toBeNull();
  });

  it("may be missing, but not where it was named", () => {
    rmSync(path, { force: true });
    expect(readConfig(env).dataDir).toBe(dir);
    expect(() => readConfig({ ...env, TAPLINE_AGENT_CONFIG: path })).toThrow(
      /agent\.json cannot be used: ENOENT/,
    );
  });

  it.each([
    ["no JSON", "{", /it is no JSON/],
    ["no object", "[]", /no JSON object/],
    ["an unknown name", { reader: "pcsc" }, /nothing is called reader/],
    ["a value that does not read", { rereads: 99 }, /rereads in .*agent\.json: /],
  ])("is refused with %s", (_, content, said) => {
    expect(() => read(content)).toThrow(said);
  });
});
