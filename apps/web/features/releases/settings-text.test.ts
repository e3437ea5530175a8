import { expect, test } from "vitest";
import { readSettings } from "./settings-text.ts";

test("settings are read a line each, and what is none is named", () => {
  expect(readSettings("LOG_LEVEL=debug\n\n  TAPLINE_X=a=b ")).toEqual({
    config: { LOG_LEVEL: "debug", TAPLINE_X: "a=b" },
  });
  expect(readSettings("log level")).toEqual({ fault: expect.stringContaining("“log level”") });
  expect(readSettings("A=1\nA=2")).toEqual({ fault: "A stands there twice" });
  expect(readSettings("")).toEqual({ config: {} });
});
