import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A profile as V8 writes it (the DevTools protocol's `Profiler.Profile`), as far as it is read. */
export type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  /** CLOCK_MONOTONIC, µs. */
  readonly startTime: number;
  /** The node that ran at each sample, and the time since the sample before, µs. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** A span of `nowMs`. */
export type Span = { readonly fromMs: number; readonly untilMs: number };

const idle = new Set(["(idle)", "(root)"]);

/** Written by Node as a process ends, under a name that has the process's number as its fourth part. */
export async function readProfile(dir: string, pid: number): Promise<Profile> {
  const name = (await readdir(dir)).find((file) => file.split(".")[3] === String(pid));
  if (name === undefined) throw new Error(`process ${pid} left no profile`);
  return JSON.parse(await readFile(join(dir, name), "utf8")) as Profile;
}

/** How long a process was not idle in a span, and for how much of that a file that `files` names stood on the stack, µs. */
export function busyTimes(
  profile: Profile,
  files: RegExp,
  { fromMs, untilMs }: Span,
): { readonly allUs: number; readonly inFilesUs: number } {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const wanted = nodesBelow(profile, files);
  let [allUs, inFilesUs, atUs] = [0, 0, profile.startTime];
  for (const [i, id] of profile.samples.entries()) {
    const spentUs = profile.timeDeltas[i] ?? 0;
    atUs += spentUs;
    if (atUs < fromMs * 1_000 || atUs > untilMs * 1_000 || idle.has(names.get(id) ?? "")) continue;
    allUs += spentUs;
    if (wanted.has(id)) inFilesUs += spentUs;
  }
  return { allUs, inFilesUs };
}

/** Nodes of functions in files that `files` names, and of all that they call. */
function nodesBelow({ nodes }: Profile, files: RegExp): Set<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const below = new Set<number>();
  const mark = (id: number, isIn: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const isInToo = isIn || files.test(node.callFrame.url);
    if (isInToo) below.add(id);
    for (const child of node.children ?? []) mark(child, isInToo);
  };
  mark(nodes[0]?.id ?? 0, false);
  return below;
}
