import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

/** The group `tapline buffer`. */
export function addBuffer(program: Command): void {
  const buffer = program.command("buffer").description("taps on their way, in Redis");
  addBufferShow(buffer);
  addBufferFlush(buffer);
}

/** `tapline buffer show`: what is in it. */
function addBufferShow(buffer: Command): void {
  buffer
    .command("show")
    .description("what is in the buffer: taps, bytes, the oldest tap, open segments")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../buffer-show.ts")).show(options));
}

/** `tapline buffer flush`: ends this life of the buffer; agents send again. */
function addBufferFlush(buffer: Command): void {
  addActing(buffer.command("flush"))
    .description("empty the buffer: agents send again what has no receipt, and nothing is lost")
    .action(confirmed(async (options) => (await import("../buffer-flush.ts")).flush(options)));
}
