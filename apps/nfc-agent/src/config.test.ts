import { expect, it } from "vitest";
import { readConfig } from "./config.ts";

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
  ["LOG_LEVEL", "loud"],
])("refuses %s=%s, naming it", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`settings do not read: ${name}: `));
});
