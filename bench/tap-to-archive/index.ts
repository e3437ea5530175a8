import { generateKeyPairSync, sign, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../../tools/test-servers/start-sshd.ts";
import type { BenchOptions } from "../bench.ts";
import { ofType, startChild } from "../child.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import {
  baseEnvironment,
  committedObjects,
  countArchived,
  type Installation,
  startInstallation,
} from "../installation/index.ts";
import { compare, figure, median, type Outcome, quantile, type Row } from "../report.ts";
import { lightLoad } from "./light-load.ts";
import type { LoadOrder, LoadResult } from "./load.ts";
import { type Load, makeLoad } from "./taps.ts";
import { filesOf, uploadOpenSsh, uploadOurs } from "./upload.ts";

const clients = 50;
const settleTimeoutMs = 120_000;

type Measured = { tapsPerCpuS: number[]; tapsPerS: number[]; acceptP50: number[]; acceptP99: number[] };

const nothing = (): Measured => ({ tapsPerCpuS: [], tapsPerS: [], acceptP50: [], acceptP99: [] });

/**
 * Taps posted one per request by 50 keep-alive clients, until all of them lie in the archive; beside it a bare
 * HTTPS server that only answers, raw signature checks, and OpenSSH putting the same bytes.
 */
export async function tapToArchive({ quick, say }: BenchOptions): Promise<Outcome> {
  const taps = quick ? 2_000 : 20_000;
  const rounds = quick ? 1 : 3;
  const faults: string[] = [];
  const unsigned = nothing();
  const signed = nothing();
  const bare = nothing();
  const lightMs: number[] = [];
  const upload = { ours: [] as number[], openSsh: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: ${taps} unsigned taps, and the bare server`);
    await withInstallation(makeLoad(taps, false), "accept", faults, async (installation, load) => {
      await measureBare(installation, load, bare);
      await measureOurs(installation, load, unsigned);
    });
    say(`round ${round} of ${rounds}: ${taps} signed taps`);
    await withInstallation(makeLoad(taps, true), "refuse", faults, async (installation, load) => {
      await measureOurs(installation, load, signed);
      await measureUpload(installation, upload, round);
    });
    say(`round ${round} of ${rounds}: 20 taps/s`);
    const light = makeLoad(quick ? 60 : 300, true);
    await withInstallation(light, "refuse", faults, async (installation) => {
      lightMs.push(...(await lightLoad(installation, light.payloads)));
    });
  }
  const verifies = Array.from({ length: rounds }, () => verificationsPerCpuS(quick ? 500 : 2_000));
  return { rows: rowsOf({ unsigned, signed, bare, lightMs, upload, verifies }), faults };
}

async function withInstallation(
  load: Load,
  unsigned: "accept" | "refuse",
  faults: string[],
  measure: (installation: Installation, load: Load) => Promise<void>,
): Promise<void> {
  const installation = await startInstallation({ trackers: load.trackers, unsigned });
  try {
    await measure(installation, load);
    await installation.settled(load.payloads.length, settleTimeoutMs);
    const { taps, doubled } = await countArchived(installation.archiveDir, installation.archiveKey);
    if (taps !== load.archived) faults.push(`the archive holds ${taps} taps instead of ${load.archived}`);
    if (doubled > 0) faults.push(`the archive holds ${doubled} taps more than once`);
  } finally {
    await installation.stop();
  }
}

async function measureOurs(installation: Installation, load: Load, into: Measured): Promise<void> {
  const before = await cpuSeconds(installation.pids);
  const startedAt = performance.now();
  const result = await post(installation, installation.url, load);
  await installation.settled(load.payloads.length, settleTimeoutMs);
  const wallS = (performance.now() - startedAt) / 1000;
  const usedS = (await cpuSeconds(installation.pids)) - before;
  record(into, load.payloads.length, usedS, wallS, result);
}

async function measureBare(installation: Installation, load: Load, into: Measured): Promise<void> {
  const server = startChild("./bare-http.ts", import.meta.url, { ...installation.tlsEnvironment });
  try {
    const { port } = await server.next(ofType("ready"));
    const before = await cpuSeconds([server.pid]);
    const result = await post(installation, `https://localhost:${String(port)}`, load);
    record(into, load.payloads.length, (await cpuSeconds([server.pid])) - before, result.wallS, result);
  } finally {
    await server.stop();
  }
}

async function post(installation: Installation, url: string, load: Load): Promise<LoadResult> {
  const generator = startChild("./load.ts", import.meta.url, baseEnvironment());
  try {
    await generator.next(ofType("ready"));
    const payloads = load.payloads.map((payload) => payload.toString("base64"));
    const order: LoadOrder = { type: "load", url, tls: installation.agentTls, clients, payloads };
    generator.send(order);
    const result = (await generator.next(ofType("loaded"))) as unknown as LoadResult;
    const refused = Object.keys(result.statuses).filter((status) => status !== "202");
    if (refused.length > 0) throw new Error(`some taps were answered with ${refused.join(", ")}`);
    return result;
  } finally {
    await generator.stop();
  }
}

function record(into: Measured, taps: number, cpuS: number, wallS: number, result: LoadResult): void {
  into.tapsPerCpuS.push(taps / cpuS);
  into.tapsPerS.push(taps / wallS);
  into.acceptP50.push(quantile(result.acceptMs, 0.5));
  into.acceptP99.push(quantile(result.acceptMs, 0.99));
}

async function measureUpload(
  installation: Installation,
  into: { ours: number[]; openSsh: number[] },
  round: number,
): Promise<void> {
  const files = await filesOf(await committedObjects(installation.archiveDir));
  const sshd = await startSshd();
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  try {
    into.ours.push(await uploadOurs(files, sshd, `ours-${round}`));
    into.openSsh.push(await uploadOpenSsh(files, sshd, `openssh-${round}`, dir));
  } finally {
    await sshd.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Ed25519 verifications of 600 bytes per second of one core: the limit of any service that checks signatures. */
function verificationsPerCpuS(times: number): number {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const message = Buffer.alloc(600, 7);
  const signature = sign(null, message, privateKey);
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++)
    if (!verify(null, message, publicKey, signature)) throw new Error("a good signature was refused");
  const { user, system } = process.cpuUsage(before);
  return times / ((user + system) / 1e6);
}

function rowsOf(all: {
  unsigned: Measured;
  signed: Measured;
  bare: Measured;
  lightMs: readonly number[];
  upload: { ours: readonly number[]; openSsh: readonly number[] };
  verifies: readonly number[];
}): Row[] {
  const { unsigned, signed, bare, verifies } = all;
  const perCpu = "taps/CPU-s";
  return [
    compare("post-vs-bare-http", perCpu, unsigned.tapsPerCpuS, bare.tapsPerCpuS, {
      aim: "≥ 0.35",
      note: "unsigned, all serving processes, POST to archive; baseline: fastify that answers 202",
    }),
    compare("post-signed-vs-bare-http", perCpu, signed.tapsPerCpuS, bare.tapsPerCpuS, {
      note: "signed, the same baseline",
    }),
    compare("post-signed-vs-verify", perCpu, signed.tapsPerCpuS, verifies, {
      note: "baseline: raw Ed25519 verifications, one per tap",
    }),
    figure("archived-per-s", "taps/s", unsigned.tapsPerS, { note: "unsigned, by the clock on the wall" }),
    figure("accept-p50", "ms", unsigned.acceptP50, { note: "50 clients, as fast as they can" }),
    compare("accept-p99", "ms", unsigned.acceptP99, bare.acceptP99, { note: "baseline: the bare server" }),
    { row: "light-p50", ours: Number(median(all.lightMs).toPrecision(4)), unit: "ms" },
    {
      row: "light-p99",
      ours: Number(quantile(all.lightMs, 0.99).toPrecision(4)),
      unit: "ms",
      aim: "≤ 300",
      note: "20 taps/s, from before the POST until the receipt is back",
    },
    compare("upload-vs-sftp", "MiB/s", all.upload.ours, all.upload.openSsh, {
      note: "the same archive files; ours flushed and read back, baseline: sftp put -f",
    }),
  ];
}
