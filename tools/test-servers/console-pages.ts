import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testEnvironment } from "./config.ts";

const root = join(import.meta.dirname, "../..");

/** Builds the console's pages where that was not done yet; takes up to some minutes. */
export function buildConsolePages(): void {
  if (existsSync(join(root, "apps/web/.next/BUILD_ID"))) return;
  execFileSync("npm", ["run", "build", "-w", "apps/web"], {
    cwd: root,
    env: testEnvironment({ NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" }),
  });
}
