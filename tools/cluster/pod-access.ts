import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { PassThrough } from "node:stream";
import { Exec, type KubeConfig, PortForward, type V1Status } from "@kubernetes/client-node";
import { z } from "zod";
import { valueAt } from "../mesh/index.ts";
import type { ClusterClient, Seen } from "./cluster-client.ts";

const namespace = "tapline";

/** The name of a pod of this service that is ready. @throws Error where none is */
export async function readyPod(client: ClusterClient, labels: string): Promise<string> {
  const pods = await client.list("v1", "Pod", namespace, labels);
  const found = pods.find(isReady);
  if (found === undefined) throw new Error(`no pod with ${labels} is ready`);
  return found.metadata.name;
}

const conditions = z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]);
function isReady({ status, metadata }: Seen): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const told = conditions.parse(valueAt(status, "conditions"));
  return told.some(({ type, status: is }) => type === "Ready" && is === "True");
}

/** What a command in a container left behind; `code` null: it was not told. */
export type Ran = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Runs a command in a pod's container, with nothing as its input. */
export async function runInPod(
  config: KubeConfig,
  pod: string,
  container: string,
  command: readonly string[],
): Promise<Ran> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const told = { stdout: "", stderr: "" };
  out.on("data", (chunk: Buffer) => {
    told.stdout += chunk.toString();
  });
  err.on("data", (chunk: Buffer) => {
    told.stderr += chunk.toString();
  });
  const ended = Promise.withResolvers<number | null>();
  const onStatus = (status: V1Status) => ended.resolve(codeOf(status));
  const exec = new Exec(config);
  const socket = await exec.exec(namespace, pod, container, [...command], out, err, null, false, onStatus);
  socket.on("close", () => ended.resolve(null));
  return { code: await ended.promise, ...told };
}

/** The API server tells the code of who failed as one of its causes. */
function codeOf({ status, details }: V1Status): number | null {
  if (status === "Success") return 0;
  const code = Number(details?.causes?.find(({ reason }) => reason === "ExitCode")?.message);
  return Number.isInteger(code) ? code : null;
}

/** A port of this machine that leads to one of a pod, by way of the API server, until it is closed. */
export async function forwardPort(
  config: KubeConfig,
  pod: string,
  port: number,
): Promise<{ port: number; close: () => void }> {
  const forward = new PortForward(config);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    void forward
      .portForward(namespace, pod, [port], socket, null, socket)
      .catch((error: Error) => socket.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
