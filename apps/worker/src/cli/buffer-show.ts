import type { Command } from "commander";
import { bufferSettings } from "../settings/buffer.ts";
import { type BufferDesk, bufferCommand, bytesText, withBuffer } from "./buffer-command.ts";
import { ceilingSetting } from "./config.ts";
import { spanText } from "./parse-options.ts";

/** `tapline buffer show`: what is in it. */
export function addBufferShow(program: Command): void {
  bufferCommand(program)
    .command("show")
    .description("what is in the buffer: taps, bytes, the oldest tap, open segments")
    .option("--json", "as JSON")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const seen = await withBuffer((desk) => desk.show());
      process.stdout.write(`${json === true ? JSON.stringify(seen) : showText(seen, Date.now())}\n`);
    });
}

type Seen = Awaited<ReturnType<BufferDesk["show"]>>;

function showText(seen: Seen, nowEpochMs: number): string {
  const { generation, taps, frameBytes, resultBytes, oldestAtEpochMs, segments, server } = seen;
  const age = (since: number): string => spanText(Math.max(0, nowEpochMs - since));
  const ceilingMiB = bufferSettings.TAPLINE_BUFFER_MAX_MIB.parse(ceilingSetting());
  const limit = server.maxBytes === 0 ? "no limit" : `at most ${bytesText(server.maxBytes)}`;
  return [
    generation === null ? "not open: nothing is taken until it is" : `life ${generation}`,
    `${taps} taps${oldestAtEpochMs === null ? "" : `, the oldest for ${age(oldestAtEpochMs)}`}`,
    `${bytesText(frameBytes + resultBytes)} of at most ${ceilingMiB} MiB: ${bytesText(frameBytes)} frames, ${bytesText(resultBytes)} verdicts and sealed forms`,
    `Redis uses ${bytesText(server.usedBytes)}, ${limit}${seen.isShut ? "; SHORT: no taps are let in" : ""}`,
    segments.length === 0 ? "no segment is open" : `${segments.length} segments are open:`,
    ...segments.map(
      ({ id, stage, taps: count, cutAtEpochMs }) =>
        `  ${id}  ${stage}  ${count} taps  for ${age(cutAtEpochMs)}`,
    ),
  ].join("\n");
}
