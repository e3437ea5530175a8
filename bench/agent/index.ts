import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LinkName } from "@tapline/core/tap";
import type { BenchOptions } from "../bench.ts";
import { countArchived, type Installation, makeTrackers, startInstallation } from "../installation/index.ts";
import { compare, figure, type Outcome, quantile, type Row } from "../report.ts";
import { deliveredTapsPerS } from "./delivery.ts";
import { agentMemory } from "./memory.ts";
import { fdatasyncBytesPerS, mostWriters, outboxBytesPerS, outboxTapBytes, usualWriters } from "./outbox.ts";
import { type PcscTaps, pcscTaps } from "./pcsc-taps.ts";
import { verdictMs } from "./verdict.ts";

/** On the disk that the project lies on, as an outbox would; a temporary folder may be in memory. */
const diskDir = new URL("../../node_modules/.cache/", import.meta.url).pathname;
const pcscReaders = 16;

type Measured = {
  readonly pcsc: PcscTaps[];
  readonly outbox: number[];
  readonly disk: number[];
  readonly most: number[];
  readonly stream: number[];
  readonly rest: number[];
  readonly verdictMs: number[];
  readonly restMiB: number[];
  readonly loadMiB: number[];
};

/** The agent's own costs and limits: readers by a real pcscd, the outbox beside the bare disk, delivery, memory, verdicts. */
export async function agentBench({ quick, say }: BenchOptions): Promise<Outcome> {
  const scale = quick ? 0.1 : 1;
  const rounds = quick ? 1 : 3;
  const faults: string[] = [];
  const measured: Measured = {
    ...{ pcsc: [], outbox: [], disk: [], most: [] },
    ...{ stream: [], rest: [], verdictMs: [], restMiB: [], loadMiB: [] },
  };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: ${pcscReaders} readers at a real pcscd`);
    measured.pcsc.push(await pcscTaps({ readers: pcscReaders, seconds: Math.max(2, 12 * scale) }));
    say(`round ${round} of ${rounds}: the outbox, and the bare disk`);
    await measureOutbox(measured, scale);
    say(`round ${round} of ${rounds}: delivery, verdicts, memory`);
    await measureInstalled(measured, scale, faults, round % 2 === 1 ? ["grpc", "rest"] : ["rest", "grpc"]);
  }
  const bad = measured.pcsc.reduce((sum, one) => sum + one.bad, 0);
  if (bad > 0) faults.push(`${bad} taps at the pcscd were not read as they were laid on`);
  return { rows: rowsOf(measured), faults };
}

async function measureOutbox(measured: Measured, scale: number): Promise<void> {
  await mkdir(diskDir, { recursive: true });
  const folder = await mkdtemp(join(diskDir, "bench-"));
  try {
    const [usual, most] = [60_000 * scale, 300_000 * scale];
    measured.outbox.push(await outboxBytesPerS(folder, usual, usualWriters));
    measured.disk.push(await fdatasyncBytesPerS(folder, usual, usualWriters));
    measured.most.push((await outboxBytesPerS(folder, most, mostWriters)) / outboxTapBytes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param links in the order in which they have their turn: the first finds a fresh installation */
async function measureInstalled(
  measured: Measured,
  scale: number,
  faults: string[],
  links: readonly LinkName[],
): Promise<void> {
  const trackers = await makeTrackers();
  const installation = await startInstallation({ trackers: trackers.enrolled, unsigned: "refuse" });
  try {
    const taps = 20_000 * scale;
    for (const [turn, link] of links.entries()) {
      // An agent that delivers reads one tap of its own.
      const before = turn * (taps + 1);
      const into = link === "grpc" ? measured.stream : measured.rest;
      into.push(await deliveredTapsPerS(installation, trackers.file, link, taps, before));
    }
    await checkArchive(installation, faults);
    measured.verdictMs.push(...(await verdictMs(installation, trackers.file, 1_000 * scale, 20)));
    const load = { readers: 1_000, perSecond: 100, seconds: Math.max(5, 20 * scale) };
    const { restMiB, loadMiB } = await agentMemory(installation, trackers.file, load);
    measured.restMiB.push(restMiB);
    measured.loadMiB.push(loadMiB);
  } finally {
    await installation.stop();
    await trackers.remove();
  }
}

async function checkArchive({ archiveDir, archiveKey }: Installation, faults: string[]): Promise<void> {
  const { taps, doubled } = await countArchived(archiveDir, archiveKey);
  if (taps === 0) faults.push("the archive is empty after both deliveries");
  if (doubled > 0) faults.push(`the archive holds ${doubled} taps more than once`);
}

function rowsOf(all: Measured): Row[] {
  const pcsc = (pick: (one: PcscTaps) => number): number[] => all.pcsc.map(pick);
  const mebi = (bytes: readonly number[]): number[] => bytes.map((one) => one / 2 ** 20);
  return [
    figure(
      "pcsc-taps",
      "taps/s",
      pcsc(({ tapsPerS }) => tapsPerS),
      {
        note: `${pcscReaders} virtual readers at a real pcscd, Type 2 and Type 4 in turn, 300 B, digests equal`,
      },
    ),
    figure(
      "pcsc-read-p95",
      "ms",
      pcsc(({ readP95Ms }) => readP95Ms),
      { note: "from the tag's coming to its last byte" },
    ),
    compare("outbox-vs-fdatasync", "MiB/s", mebi(all.outbox), mebi(all.disk), {
      aim: "≥ 0.8",
      note: `${usualWriters} readers, ${outboxTapBytes} B taps; baseline: as many bytes a write, fdatasync, nothing else`,
    }),
    figure("outbox-most", "taps/s", all.most, { note: `${mostWriters} appends at once` }),
    compare("stream-taps", "taps/s", all.stream, all.rest, {
      note: "a full outbox to durable at the door; baseline: the same by REST",
    }),
    figure("rest-taps", "taps/s", all.rest, { note: "the baseline of stream-taps" }),
    figure("memory-1000-readers", "MiB", all.restMiB, { note: "resident, at rest" }),
    figure("memory-1000-readers-load", "MiB", all.loadMiB, { note: "the most seen at 100 taps/s" }),
    figure("verdict-p50", "ms", [quantile(all.verdictMs, 0.5)], {
      note: "20 taps/s, to the local API's events",
    }),
    figure("verdict-p99", "ms", [quantile(all.verdictMs, 0.99)], { note: "the same" }),
  ];
}
