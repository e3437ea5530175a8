import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TaplineError } from "@tapline/core/kernel";
import { runInProduction } from "./config.ts";
import type { PageHandler } from "./page-handler.ts";

/** Next with the pages as they were built. Throws `misconfigured` where nobody has built them. */
export async function openPages(): Promise<PageHandler> {
  const dir = fileURLToPath(new URL("..", import.meta.url));
  if (!existsSync(`${dir}/.next/BUILD_ID`)) {
    throw new TaplineError("misconfigured", "the console's pages have not been built", {
      remedy: "run `npm run build -w apps/web`",
    });
  }
  runInProduction();
  const { default: next } = await import("next");
  const app = next({ dev: false, dir, quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
