import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import {
  findProgram,
  freePort,
  readServersConfig,
  removeWhenGone,
  runCommand,
  startServer,
} from "../servers/index.ts";

/** A real OpenSSH server that serves SFTP alone. */
export type Sshd = Readonly<{
  host: string;
  port: number;
  user: string;
  /** `sftp://user@host:port/<rootDir>`. */
  url: string;
  /** SHA-256 of the host key as OpenSSH writes it: `SHA256:…`. */
  hostKeyPin: string;
  /** The client's private key in OpenSSH's form, and the file it lies in (0600). */
  privateKey: string;
  privateKeyFile: string;
  /** The folder to work in; sftp clients use this absolute path. */
  rootDir: string;
  stop: () => Promise<void>;
}>;

/** An Ed25519 key pair in files of OpenSSH's form; resolves to the public key's bytes. */
export async function makeKey(path: string): Promise<Buffer> {
  const keygen = await findProgram(["ssh-keygen"], readServersConfig().searchPath);
  if (keygen === undefined)
    throw new TaplineError("unavailable", "ssh-keygen was not found", {
      remedy: "install OpenSSH (Debian: apt-get install openssh-server)",
    });
  await runCommand(keygen, ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  const publicLine = await readFile(`${path}.pub`, "utf8");
  return Buffer.from(publicLine.split(" ")[1] ?? "", "base64");
}

function settings(dir: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(dir, "host_key")}`,
    `PidFile ${join(dir, "sshd.pid")}`,
    `AuthorizedKeysFile ${join(dir, "authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "MaxStartups 100",
    "MaxSessions 100",
    "Subsystem sftp internal-sftp",
    "ForceCommand internal-sftp",
    "",
  ].join("\n");
}

/** Whether an SSH server answers there. */
export function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once("error", () => end(false));
    socket.once("data", (chunk) => end(chunk.toString("latin1").startsWith("SSH-")));
  });
}

/** Starts OpenSSH's sshd on a free loopback port, with keys and a root folder of its own. */
export async function startSshd(): Promise<Sshd> {
  const program = await findProgram(["sshd"], readServersConfig().searchPath);
  if (program === undefined)
    throw new TaplineError("unavailable", "OpenSSH's sshd was not found", {
      remedy: "install it (Debian: apt-get install openssh-server)",
    });
  const dir = await mkdtemp(join(tmpdir(), "tapline-sshd-"));
  removeWhenGone(dir);
  // As root, sshd separates privileges in this folder, which Debian's service would have made.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const rootDir = join(dir, "root");
  await mkdir(rootDir);
  const hostKey = await makeKey(join(dir, "host_key"));
  const privateKeyFile = join(dir, "client_key");
  await makeKey(privateKeyFile);
  await writeFile(join(dir, "authorized_keys"), await readFile(`${privateKeyFile}.pub`));
  await chmod(privateKeyFile, 0o600);
  const port = await freePort();
  await writeFile(join(dir, "sshd_config"), settings(dir, port));
  const user = userInfo().username;
  const url = `sftp://${user}@127.0.0.1:${port}${rootDir}`;
  const server = await startServer({
    name: "sshd",
    program,
    args: ["-D", "-e", "-f", join(dir, "sshd_config")],
    options: { cwd: dir },
    logFile: join(dir, "sshd.log"),
    url,
    port,
    stopSignal: "SIGTERM",
    isReady: () => greets(port),
    readyTimeoutMs: 10_000,
  });
  return {
    host: "127.0.0.1",
    port,
    user,
    url,
    hostKeyPin: `SHA256:${createHash("sha256").update(hostKey).digest("base64").replace(/=+$/, "")}`,
    privateKey: await readFile(privateKeyFile, "utf8"),
    privateKeyFile,
    rootDir,
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
