import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testEnvironment } from "./config.ts";

const root = join(import.meta.dirname, "../..");

/** How long a test or its hook may take where the pages are built first, ms: some minutes, more on a busy machine. */
export const pagesBuiltWithinMs = 600_000;

/** Builds the console, its server after its pages, where that was not done yet. */
export function buildConsolePages(): void {
  if (existsSync(join(root, "apps/web/.next/console/main.mjs"))) return;
  execFileSync("npm", ["run", "build", "-w", "apps/web"], {
    cwd: root,
    env: testEnvironment({ NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" }),
  });
}
