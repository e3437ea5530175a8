import { generateKeyPairSync, sign, verify } from "node:crypto";
import { ofType, startChild } from "../child.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import {
  baseEnvironment,
  countArchived,
  type Installation,
  startInstallation,
} from "../installation/index.ts";
import { quantile } from "../report.ts";
import type { LoadOrder, LoadResult } from "./load.ts";
import type { Load } from "./taps.ts";

const clients = 50;
const settleTimeoutMs = 120_000;

/** What rounds of one kind of load gave. */
export type Measured = {
  tapsPerCpuS: number[];
  tapsPerS: number[];
  acceptP50: number[];
  acceptP99: number[];
};

export const nothing = (): Measured => ({ tapsPerCpuS: [], tapsPerS: [], acceptP50: [], acceptP99: [] });

export async function withInstallation(
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

export async function measureOurs(installation: Installation, load: Load, into: Measured): Promise<void> {
  const before = await cpuSeconds(installation.pids);
  const startedAt = performance.now();
  const result = await post(installation, installation.url, load);
  await installation.settled(load.payloads.length, settleTimeoutMs);
  const wallS = (performance.now() - startedAt) / 1000;
  const usedS = (await cpuSeconds(installation.pids)) - before;
  record(into, load.payloads.length, usedS, wallS, result);
}

/** The same by one agent's stream. */
export async function measureStream(installation: Installation, load: Load, into: Measured): Promise<void> {
  const generator = startChild("./stream-load.ts", import.meta.url, baseEnvironment());
  try {
    await generator.next(ofType("ready"));
    const payloads = load.payloads.map((payload) => payload.toString("base64"));
    const before = await cpuSeconds(installation.pids);
    const startedAt = performance.now();
    generator.send({ type: "stream", url: installation.streamUrl, tls: installation.agentTls, payloads });
    const { failure } = await generator.next(ofType("streamed"));
    if (failure !== undefined) throw new Error(String(failure));
    await installation.settled(load.payloads.length, settleTimeoutMs);
    into.tapsPerS.push(load.payloads.length / ((performance.now() - startedAt) / 1000));
    into.tapsPerCpuS.push(load.payloads.length / ((await cpuSeconds(installation.pids)) - before));
  } finally {
    await generator.stop();
  }
}

export async function measureBare(installation: Installation, load: Load, into: Measured): Promise<void> {
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

/** Ed25519 verifications of 600 bytes per second of one core: the limit of any service that checks signatures. */
export function verificationsPerCpuS(times: number): number {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const message = Buffer.alloc(600, 7);
  const signature = sign(null, message, privateKey);
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++)
    if (!verify(null, message, publicKey, signature)) throw new Error("a good signature was refused");
  const { user, system } = process.cpuUsage(before);
  return times / ((user + system) / 1e6);
}
