import { type ChildProcess, fork } from "node:child_process";
import { compiledDir } from "../../../tools/test-servers/index.ts";
import type { TestPath } from "./path.fixture.ts";

/** A worker in a process of its own, which can be killed, stopped, and held at fault points. */
export type WorkerProcess = {
  readonly child: ChildProcess;
  readonly ingestPort: number;
  readonly streamPort: number;
  readonly healthPort: number;
  /** Arms `point`; resolves once the process waits there, with what lets it go on. */
  readonly holdAt: (point: string) => Promise<() => void>;
  /** SIGKILL; resolves once it is gone. */
  readonly kill: () => Promise<void>;
};

type Ports = Pick<WorkerProcess, "ingestPort" | "streamPort" | "healthPort">;

export async function forkWorker(
  path: Pick<TestPath, "settingsOf">,
  role: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<WorkerProcess> {
  const child = fork(new URL("./main.ts", import.meta.url), {
    env: {
      ...{ ...path.settingsOf(role), TAPLINE_FAULT_POINTS: "on", NODE_COMPILE_CACHE: compiledDir },
      ...{ ROLE: role, ...changes },
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ports = await new Promise<Ports>((resolve, reject) => {
    child.on("message", (message: { type: string } & Partial<Ports>) => {
      const { ingestPort = 0, streamPort = 0, healthPort = 0 } = message;
      if (message.type === "ready") resolve({ ingestPort, streamPort, healthPort });
    });
    child.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return {
    child,
    ...ports,
    holdAt: (point) =>
      new Promise((resolve) => {
        const look = (message: { type: string; point?: string; pass?: number }): void => {
          if (message.type !== "fault.at" || message.point !== point) return;
          child.off("message", look);
          resolve(() => void child.send({ type: "fault.order", pass: message.pass, order: "go" }));
        };
        child.on("message", look);
        child.send({ type: "fault.arm", point });
      }),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}
