import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SftpArchive } from "@tapline/adapters/sftp";
import { runCommand } from "../../tools/servers/index.ts";
import type { Sshd } from "../../tools/test-servers/index.ts";

export type Upload = { readonly name: string; readonly path: string; readonly bytes: Buffer };

/** The files of every object's segment: object, manifest, signature. */
export async function filesOf(objects: readonly string[]): Promise<Upload[]> {
  const found: Upload[] = [];
  for (const object of objects) {
    const segment = basename(object).split(".")[0] ?? "";
    for (const name of await readdir(dirname(object)))
      if (name.startsWith(segment)) {
        const path = join(dirname(object), name);
        found.push({ name, path, bytes: await readFile(path) });
      }
  }
  return found;
}

/** Segments that the transfer service has under way at once. */
const inFlight = 4;

/**
 * Puts `files` by our uploader over a connection that stands, as the transfer service does, checks included. Returns MiB/s.
 * @param readBackShare share of the files that are read back whole, 0-1
 */
export async function uploadOurs(
  files: readonly Upload[],
  sshd: Sshd,
  folder: string,
  readBackShare = 1,
): Promise<number> {
  await mkdir(join(sshd.rootDir, folder));
  const archive = new SftpArchive({
    url: `${sshd.url}/${folder}`,
    hostKeyPin: sshd.hostKeyPin,
    privateKey: sshd.privateKey,
    readBackShare,
  });
  await archive.connect();
  const startedAt = performance.now();
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift())
      await archive.put(file.name, file.bytes);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const tookMs = performance.now() - startedAt;
  await archive.close();
  return mebibytesPerSecond(files, tookMs);
}

/**
 * Puts the same files by OpenSSH's `sftp` in one batch, flushed (`put -f`), by the cipher that ours takes first. What the program takes
 * to start and to connect is measured by a batch that puts nothing, and taken off. Returns MiB/s.
 */
export async function uploadOpenSsh(
  files: readonly Upload[],
  sshd: Sshd,
  folder: string,
  dir: string,
): Promise<number> {
  await mkdir(join(sshd.rootDir, folder));
  const puts = files.map(({ name, path }) => `put -f ${path} ${folder}/${name}\n`);
  const idleMs = await sftpBatchMs("pwd\n", sshd, join(dir, `${folder}-idle.batch`));
  const tookMs = await sftpBatchMs(puts.join(""), sshd, join(dir, `${folder}.batch`));
  return mebibytesPerSecond(files, tookMs - idleMs);
}

async function sftpBatchMs(batch: string, sshd: Sshd, batchFile: string): Promise<number> {
  await writeFile(batchFile, batch);
  const program = ["-q", "-c", "aes256-gcm@openssh.com", "-b", batchFile];
  const address = ["-P", String(sshd.port), "-i", sshd.privateKeyFile];
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const startedAt = performance.now();
  await runCommand("sftp", [
    ...program,
    ...address,
    ...options.flatMap((option) => ["-o", option]),
    `${sshd.user}@127.0.0.1:${sshd.rootDir}`,
  ]);
  return performance.now() - startedAt;
}

function mebibytesPerSecond(files: readonly Upload[], tookMs: number): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  return bytes / 2 ** 20 / (tookMs / 1000);
}
