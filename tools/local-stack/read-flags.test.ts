import { TaplineError } from "@tapline/core/kernel";
import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { readFlags } from "./read-flags.ts";

function config(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const flags = readFlags(args);
  if ("help" in flags) throw new Error("help was not asked for");
  return readConfig(flags, env);
}

describe("the command line of npm start", () => {
  it("needs nothing", () => {
    expect(config([])).toMatchObject({ once: false, taps: undefined, readers: 4 });
    expect(config([]).dataDir).toMatch(/\/\.tapline$/);
  });

  it("reads 2000 taps with --once where no number is named", () => {
    expect(config(["--once"]).taps).toBe(2_000);
    expect(config(["--once", "--taps", "50"]).taps).toBe(50);
  });

  it.each([
    [["--wat"], "unknown option '--wat'"],
    [["--taps", "-1"], "It must be a whole number from 1 to 10000000"],
    [["--web-port", "70000"], "It must be a whole number from 1 to 65535"],
    [["--readers", "two"], "It must be a whole number"],
    [["extra"], "too many arguments"],
    [["--taps"], "argument missing"],
    [["--once", "--no-agent"], "--once needs the simulated agent"],
  ])("refuses %j in one sentence", (args, text) => {
    const refusal = () => readFlags(args);
    expect(refusal).toThrow(TaplineError);
    expect(refusal).toThrow(text);
    expect(refusal).not.toThrow("\n");
  });

  it("leaves the simulated agent out where that is asked", () => {
    expect(config([]).agent).toBe(true);
    expect(config(["--no-agent"]).agent).toBe(false);
  });

  it("explains itself on --help", () => {
    const flags = readFlags(["--help"]);
    expect("help" in flags && flags.help).toContain("--once");
  });
});

describe("the settings", () => {
  it("prefer a flag to the environment, and know who asked for a port", () => {
    const env = { TAPLINE_WEB_PORT: "8001", TAPLINE_INGEST_PORT: "8002" };
    const { ports } = config(["--web-port", "9001"], env);
    expect(ports.web).toEqual({ port: 9_001, asked: true, setting: "--web-port" });
    expect(ports.ingest).toEqual({ port: 8_002, asked: true, setting: "TAPLINE_INGEST_PORT" });
    expect(ports.redis.asked).toBe(false);
  });

  it.each([
    [{ TAPLINE_WEB_PORT: "abc" }, "TAPLINE_WEB_PORT must be a port (1-65535), not abc"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL: must be a postgresql:// URL"],
    [{ TAPLINE_AGENT_READERS: "0" }, "TAPLINE_AGENT_READERS"],
  ])("name the broken value of %j", (env, text) => {
    expect(() => config([], env)).toThrow(text);
  });

  it("take an empty variable for an unset one", () => {
    expect(config([], { DATABASE_URL: "", REDIS_URL: "" })).toMatchObject({ databaseUrl: undefined });
  });
});
