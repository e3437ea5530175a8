import { meshServices } from "@tapline/core/telemetry";
import { buildConsolePages } from "../../tools/test-servers/console-pages.ts";
import {
  type Installation,
  type InstallationOptions,
  type PublicTracker,
  startInstallation,
} from "../installation/index.ts";
import { Mesh, type MeshOptions } from "./mesh.ts";

/** An installation of a process for each service, and the mesh around it. */
export type Twelve = { readonly installation: Installation; readonly mesh: Mesh };

export const workerServices: readonly string[] = meshServices.filter((service) => service !== "web");

export async function startTwelve(
  trackers: readonly PublicTracker[],
  unsigned: "accept" | "refuse",
  around: MeshOptions = {},
  settingsOf: InstallationOptions["settingsOf"] = undefined,
): Promise<Twelve> {
  buildConsolePages();
  const mesh = new Mesh(around);
  const installation = await startInstallation({
    ...{ trackers, unsigned, mesh, ...(settingsOf === undefined ? {} : { settingsOf }) },
    workers: workerServices,
    beforeRemoval: mesh.close,
  });
  return { installation, mesh };
}
