import type { FlushEffect } from "../jobs/flush-buffer.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { withBuffer } from "./buffer-command.ts";
import { bytesText } from "./bytes-text.ts";
import { count } from "./count.ts";

/** How long the command waits for the next life: the index is levelled with 30 days of the archive in between. */
const reopenWithinMs = 60_000;

export async function flush(options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  await withBuffer(async (desk) => {
    const unheld = await desk.unheld();
    if (dryRun) return void process.stdout.write(`${effectText(await desk.effect(), unheld, "would")}\n`);
    process.stdout.write(`${effectText(await desk.flush(act), unheld, "will")}\n`);
    const generation = await desk.reopened(reopenWithinMs);
    if (generation !== null) process.stdout.write(`the buffer is open again, in its life ${generation}\n`);
    else {
      process.stderr.write(
        "tapline: the buffer was flushed and is not open yet: a worker with the role buffer opens it once the index is level with the archive\n",
      );
      process.exitCode = 1;
    }
  });
}

function effectText(
  { generation, taps, segments, bytes }: FlushEffect,
  unheld: string | null,
  when: "would" | "will",
): string {
  return [
    `life ${generation} of the buffer ${when} end:`,
    `${count(taps, "tap")}, of them those of ${count(segments, "segment")} under way, ${when} be sent again by their agents`,
    unheld === null
      ? "agents that are there hold all of them: none is lost"
      : `who holds these is not known, and they may be lost: ${unheld}`,
    `${bytesText(bytes)} ${when} be forgotten; the door answers 503 until the index is level with the archive`,
  ].join("\n");
}
