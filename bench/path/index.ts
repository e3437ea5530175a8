import type { BenchOptions } from "../bench.ts";
import { lightLoad } from "../load/light-load.ts";
import {
  type Measured,
  measureBare,
  measureOurs,
  measureStream,
  nothing,
  verificationsPerCpuS,
  withInstallation,
} from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";
import { compare, median, type Outcome, quantile, type Row } from "../report.ts";
import { cmsMibPerCpuS } from "./cms.ts";
import { costWithHistory } from "./index-growth.ts";
import { largeUploads } from "./large-uploads.ts";
import { memoryGrowth } from "./memory-growth.ts";
import { plainUploadsMs } from "./plain-upload.ts";
import { xaddsPerCpuS } from "./xadd.ts";

const perCpu = "taps/CPU-s";
const perSecond = 20;

/** What a tap costs between door and archive, and what of it grows: with the index, with time. */
export async function pathBench(options: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  const { wants } = options;
  if (wants("post-vs-bare-http", "post-signed-vs-unsigned", "stream-vs-post", "stream-vs-xadd"))
    rows.push(...(await throughput(options, faults)));
  if (wants("upload-vs-sftp")) rows.push(await uploads(options));
  if (wants("cms-vs-gcm")) rows.push(await sealing(options));
  if (wants("light-p99-vs-sftp")) rows.push(...(await light(options, faults)));
  if (wants("index-growth")) rows.push(...(await indexGrowth(options, faults)));
  if (wants("memory-growth")) rows.push(...(await memory(options)));
  return { rows, faults };
}

async function throughput({ quick, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  const taps = quick ? 2_000 : 20_000;
  const streamed = 3 * taps;
  const [bare, post, signed, stream] = [nothing(), nothing(), nothing(), nothing()];
  const xadd: number[] = [];
  const verifies: number[] = [];
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    say(`round ${round}: ${taps} unsigned taps by POST, and the bare server`);
    await withInstallation(makeLoad(taps, false), "accept", faults, async (installation, load) => {
      await measureBare(installation, load, bare);
      await measureOurs(installation, load, post);
    });
    say(`round ${round}: ${taps} signed taps by POST, and bare signature checks`);
    await withInstallation(makeLoad(taps, true), "refuse", faults, async (installation, load) => {
      await measureOurs(installation, load, signed);
    });
    verifies.push(verificationsPerCpuS(quick ? 500 : 2_000));
    say(`round ${round}: ${streamed} unsigned taps by stream, and as entries of a Redis stream`);
    const load = makeLoad(streamed, false);
    await withInstallation(load, "accept", faults, async (installation) => {
      await measureStream(installation, load, stream);
    });
    xadd.push(await xaddsPerCpuS(load.payloads));
  }
  return throughputRows({ bare, post, signed, stream }, xadd, verifies);
}

function throughputRows(
  { bare, post, signed, stream }: Record<"bare" | "post" | "signed" | "stream", Measured>,
  xadd: readonly number[],
  verifies: readonly number[],
): Row[] {
  const usPerTap = (tapsPerCpuS: readonly number[]): number[] => tapsPerCpuS.map((rate) => 1e6 / rate);
  const verifyUs = median(usPerTap(verifies));
  return [
    compare("post-vs-bare-http", perCpu, post.tapsPerCpuS, bare.tapsPerCpuS, {
      aim: "≥ 0.5",
      note: "unsigned, one per POST, all serving processes; baseline: fastify that answers 202",
    }),
    compare(
      "post-signed-vs-unsigned",
      "CPU µs/tap",
      usPerTap(signed.tapsPerCpuS),
      usPerTap(post.tapsPerCpuS).map((us) => us + verifyUs),
      { aim: "≤ 1.1", note: "baseline: unsigned, and one raw Ed25519 verification per tap" },
    ),
    compare("stream-vs-post", perCpu, stream.tapsPerCpuS, post.tapsPerCpuS, {
      aim: "≥ 5",
      note: "unsigned, one agent's gRPC stream; baseline: one per POST",
    }),
    compare("stream-vs-xadd", perCpu, stream.tapsPerCpuS, xadd, {
      aim: "≥ 0.3",
      note: "baseline: XADD of the same bytes, 2,000 in flight, client and server",
    }),
  ];
}

async function uploads({ quick, say }: BenchOptions): Promise<Row> {
  say("uploads of 4 MiB, and OpenSSH's");
  const { ours, openSsh } = await largeUploads(quick ? 4 : 32, quick ? 1 : 3);
  return compare("upload-vs-sftp", "MiB/s", ours, openSsh, {
    aim: "≥ 1.0",
    note: "4 MiB each, flushed, a tenth read back; baseline: sftp put -f, aes256-gcm; both once connected",
  });
}

async function sealing({ quick, say }: BenchOptions): Promise<Row> {
  say("sealing 8 MiB, and bare AES-256-GCM");
  const rounds = await Promise.all(
    Array.from({ length: quick ? 1 : 3 }, () => cmsMibPerCpuS(quick ? 5 : 30)),
  );
  const [ours, gcm] = [rounds.map((round) => round.ours), rounds.map((round) => round.gcm)];
  return compare("cms-vs-gcm", "MiB/CPU-s", ours, gcm, {
    aim: "≥ 0.5",
    note: "2 recipients, digests and signature included; baseline: node:crypto AES-256-GCM",
  });
}

async function light({ quick, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  const [ours, plain]: [number[], number[]] = [[], []];
  const warmUp = quick ? 40 : 100;
  const load = makeLoad(warmUp + (quick ? 60 : 300), true);
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    say(`round ${round}: ${perSecond} taps/s, and plain uploads as often`);
    await withInstallation(load, "refuse", faults, async (installation) => {
      const { TAPLINE_ARCHIVE_URL = "", TAPLINE_ARCHIVE_KEY = "" } = installation.tlsEnvironment;
      const { hostname: host, port, username } = new URL(TAPLINE_ARCHIVE_URL);
      const target = { host, port: Number(port), username, privateKeyFile: TAPLINE_ARCHIVE_KEY };
      plain.push(...(await plainUploadsMs(target, load.payloads.length, perSecond)).slice(warmUp));
      ours.push(...(await lightLoad(installation, load.payloads)).slice(warmUp));
    });
  }
  const at = (q: number): Row => ({
    ...compare(`light-p${q * 100}-vs-sftp`, "ms", [quantile(ours, q)], [quantile(plain, q)], {
      note: "20 signed taps/s, POST to receipt, warm; baseline: one small file .part, flush, rename",
    }),
    ...(q === 0.99 ? { aim: "≤ 3" } : {}),
  });
  return [at(0.99), at(0.5)];
}

async function indexGrowth({ quick, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  const [few, many] = quick ? [10_000, 1_000_000] : [10_000, 10_000_000];
  const costs = { few: [] as number[], many: [] as number[], fewPg: [] as number[], manyPg: [] as number[] };
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    say(`round ${round}: by stream with ${few} and with ${many} taps in the index`);
    const [a, b] = [
      await costWithHistory(few, quick ? 6_000 : 60_000, faults),
      await costWithHistory(many, quick ? 6_000 : 60_000, faults),
    ];
    costs.few.push(a.allUs);
    costs.many.push(b.allUs);
    costs.fewPg.push(a.postgresUs);
    costs.manyPg.push(b.postgresUs);
  }
  return [
    compare("index-growth", "CPU µs/tap", costs.many, costs.few, {
      aim: "≤ 1.1",
      note: `all serving processes, ${many} taps in the index; baseline: ${few}`,
    }),
    compare("index-growth-postgres", "CPU µs/tap", costs.manyPg, costs.fewPg, { note: "PostgreSQL alone" }),
  ];
}

async function memory({ quick, say }: BenchOptions): Promise<Row[]> {
  const growths = await memoryGrowth(quick ? 3 : 30, say);
  const rows = growths.map(({ process, early, late }) =>
    compare(`memory-growth-${process.split(",")[0]}`, "MiB", [late], [early], {
      note: `${process}: private memory, baseline: after a minute`,
    }),
  );
  const worst = rows.toSorted((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0))[0];
  return worst === undefined ? [] : [{ ...worst, row: "memory-growth", aim: "≤ 1.1" }, ...rows];
}
