import { TaplineError } from "@tapline/core/kernel";
import { inspectCluster } from "../../wire/commands/cluster.ts";
import { columns } from "../columns.ts";
import { clusterSettings } from "../config.ts";
import { count } from "../count.ts";
import { type Finding, fault, well } from "./finding.ts";
import { judgeAmbient } from "./judge-ambient.ts";
import { judgeCertificates } from "./judge-certificates.ts";
import { judgeClocks } from "./judge-clocks.ts";
import { type Door, judgeDoor } from "./judge-doors.ts";
import { judgeMtls, judgeProxies } from "./judge-mtls.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgeOverlay } from "./judge-overlay.ts";
import { judgePolicies } from "./judge-policies.ts";
import { judgeRoutes } from "./judge-routes.ts";
import { judgeSidecars } from "./judge-sidecars.ts";
import { judgeStores } from "./judge-stores.ts";
import { judgeTraffic } from "./judge-traffic.ts";
import { judgeVersions, judgeWorkloads } from "./judge-workloads.ts";

export type DoctorOptions = {
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly storeNamespace: string;
  readonly meshNamespace: string;
  readonly prometheus?: string;
  readonly door?: readonly Omit<Door, "name">[];
  readonly json?: boolean;
};

/** ValidatingAdmissionPolicy, which keeps the role noops to what it is for, is there from this one on. */
const oldestMinor = 30;

/** Looks at an installation in a cluster, and changes nothing. Ends with 1 where something is wrong or was not seen. */
export async function doctor(options: DoctorOptions): Promise<void> {
  if (options.cluster !== true)
    throw new TaplineError("misconfigured", "nothing to look at was named", {
      remedy: "tapline doctor --cluster; how one machine stands tells tapline status",
    });
  const findings = await examine(options);
  process.stdout.write(`${options.json === true ? JSON.stringify({ findings }) : textOf(findings)}\n`);
  if (findings.some(({ state }) => state === "fault" || state === "unknown")) process.exitCode = 1;
}

async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const settings = clusterSettings();
  const kubeconfig = options.kubeconfig ?? settings.kubeconfig;
  if (kubeconfig === undefined)
    throw new TaplineError("misconfigured", "no kubeconfig is named", {
      remedy: "--kubeconfig FILE, or KUBECONFIG",
    });
  const { namespace, storeNamespace: stores, meshNamespace: mesh } = options;
  const picture = await inspectCluster(kubeconfig, { namespace, stores, mesh });
  const [traffic, ...doors] = await Promise.all([
    judgeTraffic(options.prometheus ?? settings.prometheus, picture.namespace),
    ...(options.door ?? []).map((door) => judgeDoor({ name: "door", ...door }, Date.now())),
  ]);
  return [
    judgeKubernetes(picture.version),
    ...judgeWorkloads(picture),
    ...judgeVersions(picture),
    ...judgeOverlay(picture),
    ...judgeMtls(picture),
    ...judgeProxies(picture),
    ...judgeAmbient(picture),
    ...judgePolicies(picture),
    ...judgeNetwork(picture),
    ...judgeSidecars(picture),
    ...judgeStores(picture),
    ...judgeRoutes(picture),
    ...traffic,
    ...judgeCertificates(picture),
    ...doors,
    ...judgeClocks(picture),
  ];
}

export function judgeKubernetes(version: string): Finding {
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1]);
  if (minor >= oldestMinor) return well("kubernetes", version);
  return fault("kubernetes", `${version} is older than v1.${oldestMinor}`, "update the cluster");
}

const marks = { well: "ok", notice: "!", fault: "FAULT", unknown: "?" } as const;

export function textOf(findings: readonly Finding[]): string {
  const rows = findings.map(({ state, check, what, next }) => [
    ...[marks[state], check],
    next === "" ? what : `${what}; ${next}`,
  ]);
  const [faults, unseen] = (["fault", "unknown"] as const).map(
    (state) => findings.filter((finding) => finding.state === state).length,
  );
  const sum =
    faults === 0 && unseen === 0
      ? "all is well"
      : `${count(faults ?? 0, "fault")}, ${count(unseen ?? 0, "check")} without an answer`;
  return `${columns(rows)}\n\n${sum}`;
}
