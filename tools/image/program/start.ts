import { readRole } from "./config.ts";

// What the image runs: the program that ROLE names.
const programs = new Map([
  ["web", "../../../apps/web/.next/console/main.mjs"],
  ["migrate", "./migrate.ts"],
]);
const worker = "../../../apps/worker/src/main.ts";

await import(new URL(programs.get(readRole()) ?? worker, import.meta.url).href);
