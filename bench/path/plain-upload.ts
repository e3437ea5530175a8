import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type SFTPWrapper } from "ssh2";

export type PlainTarget = {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly privateKeyFile: string;
};

/** About what a lone tap's object takes. */
const fileBytes = 1_200;

/**
 * What the archive's server itself needs for one small file: `.part` written, flushed and closed, and renamed, by an SFTP
 * client that does nothing else. The embedded server flushes as it closes.
 * @param perSecond files per second, so that both sides of the comparison are as idle as each other
 * @returns ms, one per file
 */
export async function plainUploadsMs(
  target: PlainTarget,
  files: number,
  perSecond: number,
): Promise<number[]> {
  const client = new Client();
  const { privateKeyFile, ...address } = target;
  const privateKey = await readFile(privateKeyFile);
  await new Promise<void>((resolve, reject) => {
    client.once("ready", resolve).once("error", reject);
    client.on("connect", () => client.setNoDelay(true));
    // A server of the bench's own, started a moment ago on loopback.
    client.connect({ ...address, privateKey, hostVerifier: () => true });
  });
  try {
    const sftp = await done<SFTPWrapper>((reply) => client.sftp(reply));
    const took: number[] = [];
    for (let i = 0; i < files; i++) {
      const startedAt = performance.now();
      await plainUpload(sftp, `plain-${i}`);
      took.push(performance.now() - startedAt);
      await sleep(Math.max(0, 1000 / perSecond - (performance.now() - startedAt)));
    }
    return took;
  } finally {
    client.end();
  }
}

async function plainUpload(sftp: SFTPWrapper, name: string): Promise<void> {
  const bytes = randomBytes(fileBytes);
  const handle = await done<Buffer>((reply) => sftp.open(`/${name}.part`, "wx", reply));
  await done<void>((reply) => sftp.write(handle, bytes, 0, bytes.length, 0, reply));
  await done<void>((reply) => sftp.close(handle, reply));
  await done<void>((reply) => sftp.rename(`/${name}.part`, `/${name}`, reply));
}

function done<Value>(start: (reply: (error?: Error | null, value?: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as Value)));
  });
}
