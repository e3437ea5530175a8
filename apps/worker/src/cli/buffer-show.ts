import { bufferSettings } from "../settings/buffer.ts";
import { type BufferDesk, withBuffer } from "./buffer-command.ts";
import { bytesText } from "./bytes-text.ts";
import { ceilingSetting } from "./config.ts";
import { count } from "./count.ts";
import { judgedSetting } from "./judged-setting.ts";
import { spanText } from "./span-text.ts";

export async function show({ json }: { readonly json?: boolean }): Promise<void> {
  const ownMiB = judgedSetting(
    bufferSettings.TAPLINE_BUFFER_MAX_MIB,
    ceilingSetting(),
    "TAPLINE_BUFFER_MAX_MIB",
  );
  const seen = await withBuffer((desk) => desk.show());
  process.stdout.write(`${json === true ? JSON.stringify(seen) : showText(seen, ownMiB, Date.now())}\n`);
}

type Seen = Awaited<ReturnType<BufferDesk["show"]>>;

function showText(seen: Seen, ownMiB: number, nowEpochMs: number): string {
  const { generation, taps, frameBytes, resultBytes, oldestAtEpochMs, segments, server } = seen;
  const age = (since: number): string => spanText(Math.max(0, nowEpochMs - since));
  const limit = server.maxBytes === 0 ? "no limit" : `at most ${bytesText(server.maxBytes)}`;
  return [
    generation === null ? "not open: nothing is taken until it is" : `life ${generation}`,
    `${count(taps, "tap")}${oldestAtEpochMs === null ? "" : `, the oldest for ${age(oldestAtEpochMs)}`}`,
    `${bytesText(frameBytes + resultBytes)} of ${ceilingText(seen.ceilings, ownMiB)}: ${bytesText(frameBytes)} frames, ${bytesText(resultBytes)} verdicts and sealed forms`,
    `Redis uses ${bytesText(server.usedBytes)}, ${limit}${seen.isShut ? "; SHORT: no taps are let in" : ""}`,
    segments.length === 0 ? "no segment is open" : `${count(segments.length, "open segment")}:`,
    ...segments.map(
      ({ id, stage, taps: inside, cutAtEpochMs }) =>
        `  ${id}  ${stage}  ${count(inside, "tap")}  for ${age(cutAtEpochMs)}`,
    ),
  ].join("\n");
}

/** The ceiling that is met first, and whose it is where the doors have several; without a door, what it would be. */
function ceilingText(ceilings: Seen["ceilings"], ownMiB: number): string {
  const [lowest] = ceilings;
  if (lowest === undefined) return `at most ${ownMiB} MiB (by this command's own settings, for no door runs)`;
  const differ = ceilings.some(({ maxBytes }) => maxBytes !== lowest.maxBytes);
  const each = ceilings.map(({ process, maxBytes }) => `${process} ${bytesText(maxBytes)}`);
  return `at most ${bytesText(lowest.maxBytes)}${differ ? ` (the doors differ: ${each.join(", ")})` : ""}`;
}
