import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../../tools/test-servers/start-sshd.ts";
import type { BenchOptions } from "../bench.ts";
import { committedObjects, type Installation } from "../installation/index.ts";
import { lightLoad } from "../load/light-load.ts";
import {
  type Measured,
  measureBare,
  measureOurs,
  nothing,
  verificationsPerCpuS,
  withInstallation,
} from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";
import { filesOf, uploadOpenSsh, uploadOurs } from "../load/upload.ts";
import { compare, figure, median, type Outcome, quantile, type Row } from "../report.ts";

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
