import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, chown, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { type Manifest, render, valueAt } from "../mesh/index.ts";
import { readServersConfig } from "../servers/index.ts";

const root = join(import.meta.dirname, "../..");
const script = join(import.meta.dirname, "as-a-pod.sh");
/** As whom the image runs. */
const user = 65_532;

const container = z.object({
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
});

/** What a manifest of the overlay `kind` gives a process, but for what comes from Secrets. */
export function podOf(kind: string, name: string): { environment: Record<string, string>; graceMs: number } {
  const objects = render(join(root, "istio/overlays/kind"));
  const find = (of: string, named: string): Manifest | undefined =>
    objects.find((one) => one.kind === of && one.metadata.name === named);
  const pod = valueAt(find(kind, name), "spec", "template", "spec");
  const { envFrom, env } = container.parse(valueAt(pod, "containers", 0));
  const texts = z.record(z.string(), z.string());
  const shared = envFrom.map(({ configMapRef }) => texts.parse(find("ConfigMap", configMapRef.name)?.data));
  const own = env.flatMap(({ name: of, value }) => (value === undefined ? [] : [[of, value] as const]));
  const seconds = z.number().default(30).parse(valueAt(pod, "terminationGracePeriodSeconds"));
  return { environment: Object.assign({}, ...shared, Object.fromEntries(own)), graceMs: seconds * 1_000 };
}

/** What the Dockerfile says of how it starts. */
export async function imageStart(): Promise<{ environment: Record<string, string>; program: string[] }> {
  const text = await readFile(join(root, "Dockerfile"), "utf8");
  const variables = /^ENV (.*)$/m.exec(text)?.[1] ?? "";
  const program = z.array(z.string()).parse(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? ""));
  return {
    environment: Object.fromEntries(variables.split(" ").map((pair) => pair.split("=", 2))),
    program: ["/srv/node/node", ...program.slice(1)],
  };
}

/** Where a process of the image finds what a pod has, and may write. */
export class PodFolder {
  readonly folder: string;

  /** @param folder its own, in which `app` holds the image's files */
  constructor(folder: string) {
    this.folder = folder;
  }

  async prepare(): Promise<void> {
    for (const name of ["node", "scratch"]) await mkdir(join(this.folder, name), { recursive: true });
    await chmod(this.folder, 0o755);
    await chown(join(this.folder, "scratch"), user, user);
  }

  /**
   * Puts down a file of a Secret or ConfigMap as a kubelet does: readable for the group alone.
   * @param path as in the pod, `/etc/tapline/…`
   * @returns where it is
   */
  async mount(path: string, text: string): Promise<string> {
    const at = join("secrets", path.slice("/etc/tapline/".length));
    await mkdir(join(this.folder, dirname(at)), { recursive: true });
    await writeFile(join(this.folder, at), text);
    await chown(join(this.folder, at), 0, user);
    await chmod(join(this.folder, at), 0o440);
    return join("/srv", at);
  }

  /** As a kubelet does where a Secret may be missing, and is. */
  async mountNothing(path: string): Promise<string> {
    const at = join("secrets", path.slice("/etc/tapline/".length));
    await mkdir(join(this.folder, at), { recursive: true });
    return join("/srv", at);
  }

  /** What lies in its /tmp. */
  async written(): Promise<string[]> {
    return await readdir(join(this.folder, "scratch"));
  }

  run(program: readonly string[], environment: Readonly<Record<string, string>>): PodProcess {
    const node = dirname(process.execPath);
    const child = spawn("unshare", ["--mount", "sh", script, this.folder, node, ...program], {
      env: { PATH: readServersConfig().searchPath.join(":"), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new PodProcess(child);
  }
}

/** A process that a kubelet would look after. */
export class PodProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  output = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.exited = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  }

  /** SIGTERM, and SIGKILL once the grace is over, as a kubelet ends a pod. */
  async end(graceMs: number): Promise<{ code: number | null; signal: string | null }> {
    this.#child.kill("SIGTERM");
    const over = new AbortController();
    void sleep(graceMs, undefined, { signal: over.signal }).then(
      () => this.#child.kill("SIGKILL"),
      () => undefined,
    );
    const exited = await this.exited;
    over.abort();
    return exited;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Why programs cannot be run here as pods run; null where they can. */
export async function whyNoPods(folder: string): Promise<string | null> {
  if (process.getuid?.() !== 0) return "only root may give processes mounts and a user of their own";
  const pods = new PodFolder(folder);
  await mkdir(join(folder, "app"), { recursive: true });
  await pods.prepare();
  const run = promisify(execFile);
  return await run("unshare", ["--mount", "sh", script, folder, dirname(process.execPath), "true"]).then(
    () => null,
    (error: unknown) => String(error),
  );
}
