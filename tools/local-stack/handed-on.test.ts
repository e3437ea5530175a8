import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { handedOn } from "./handed-on.ts";
import { readFlags } from "./read-flags.ts";

const needed = { PATH: "/bin", HOME: "/home/ada", TZ: "UTC", LOG_LEVEL: "debug", TAPLINE_SITE_NAME: "Site" };
const others = { AWS_SECRET_ACCESS_KEY: "x", NODE_OPTIONS: "--inspect", LD_PRELOAD: "x", XTAPLINE_Y: "x" };

it("children get our settings and what programs need, and nothing else of the shell", () => {
  expect(handedOn({ ...needed, ...others })).toEqual(needed);
});

it("the stack's own settings are cut down so before any child is started", () => {
  const flags = readFlags([]);
  if ("help" in flags) throw new Error("no help was asked for");
  const stores = { DATABASE_URL: "postgresql://u:p@h/d" };
  expect(readConfig(flags, { ...needed, ...others, ...stores }).environment).toEqual(needed);
});
