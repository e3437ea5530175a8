import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private folder for one test, and programs run in it. For tests alone. */
export interface Bench extends AsyncDisposable {
  readonly dir: string;
  write(files: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  run(program: string, ...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

export async function openBench(): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-test-"));
  return {
    dir,
    async write(files) {
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(dir, name), bytes);
    },
    run: (program, ...args) =>
      new Promise((resolve) => {
        execFile(program, args, { cwd: dir, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
        });
      }),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
