import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../../tools/test-servers/start-sshd.ts";
import { type Upload, uploadOpenSsh, uploadOurs } from "../load/upload.ts";

const fileBytes = 4 * 2 ** 20;
/** What the transfer service reads back where nothing else is set. */
const readBackShare = 0.1;

/**
 * Puts files of 4 MiB, flushed, by our uploader and by OpenSSH's client at the same cipher, in turn.
 * @returns MiB/s, one of each per round
 */
export async function largeUploads(
  files: number,
  rounds: number,
): Promise<{ ours: number[]; openSsh: number[] }> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const sshd = await startSshd();
  try {
    const uploads: Upload[] = [];
    for (let i = 0; i < files; i++) {
      const [name, bytes] = [`large-${i}`, randomBytes(fileBytes)];
      await writeFile(join(dir, name), bytes);
      uploads.push({ name, path: join(dir, name), bytes });
    }
    const [ours, openSsh]: number[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours?.push(await uploadOurs(uploads, sshd, `ours-${round}`, readBackShare));
      openSsh?.push(await uploadOpenSsh(uploads, sshd, `openssh-${round}`, dir));
    }
    return { ours: ours ?? [], openSsh: openSsh ?? [] };
  } finally {
    await sshd.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
