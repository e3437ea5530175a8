import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

/** The group `tapline caches`. */
export function addCaches(program: Command): void {
  const caches = program.command("caches").description("what processes keep in memory of what they read");
  addActing(caches.command("flush"))
    .description("have every process read registries, keys and the fleet's plan anew")
    .action(confirmed(async (options) => (await import("../caches-flush.ts")).flush(options)));
}
