import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import {
  findProgram,
  freePort,
  pathExists,
  readServersConfig,
  removeWhenGone,
  runCommand,
  startServer,
} from "../servers/index.ts";
import { greets, makeKey, type Sshd } from "./start-sshd.ts";

/** Where Debian puts ProFTPD's modules. */
const modules = "/usr/lib/proftpd";

/** ProFTPD with mod_sftp, or undefined where either is missing. */
export async function findProftpd(): Promise<string | undefined> {
  const program = await findProgram(["proftpd"], readServersConfig().searchPath);
  return program !== undefined && (await pathExists(join(modules, "mod_sftp.so"))) ? program : undefined;
}

function settings(dir: string, port: number): string {
  const { username } = userInfo();
  return [
    'ServerName "tapline test"',
    "ServerType standalone",
    `ModulePath ${modules}`,
    "LoadModule mod_sftp.c",
    "DefaultAddress 127.0.0.1",
    "UseIPv6 off",
    "UseReverseDNS off",
    `Port ${port}`,
    `User ${username}`,
    "Group root",
    "RootLogin on",
    "RequireValidShell off",
    "UseFtpUsers off",
    "WtmpLog off",
    "TransferLog none",
    `PidFile ${join(dir, "proftpd.pid")}`,
    `ScoreboardFile ${join(dir, "scoreboard")}`,
    `SystemLog ${join(dir, "system.log")}`,
    `AuthUserFile ${join(dir, "passwd")}`,
    "AuthOrder mod_auth_file.c",
    "MaxInstances 100",
    "SFTPEngine on",
    `SFTPLog ${join(dir, "sftp.log")}`,
    `SFTPHostKey ${join(dir, "host_key")}`,
    `SFTPAuthorizedUserKeys file:${join(dir, "authorized_keys")}`,
    "SFTPAuthMethods publickey",
    "",
  ].join("\n");
}

/**
 * Starts ProFTPD's mod_sftp, an SFTP server that shares no code with OpenSSH or ssh2, on a free loopback port with keys and
 * a root folder of its own. As root alone, as which it can take on the identity of whoever signs in.
 */
export async function startProftpd(): Promise<Sshd> {
  const program = await findProftpd();
  if (program === undefined)
    throw new TaplineError("unavailable", "ProFTPD with mod_sftp was not found", {
      remedy: "install it (Debian: apt-get install proftpd-core proftpd-mod-crypto)",
    });
  const dir = await mkdtemp(join(tmpdir(), "tapline-proftpd-"));
  removeWhenGone(dir);
  const rootDir = join(dir, "root");
  await mkdir(rootDir);
  const hostKey = await makeKey(join(dir, "host_key"));
  const privateKeyFile = join(dir, "client_key");
  await makeKey(privateKeyFile);
  await chmod(privateKeyFile, 0o600);
  // RFC 4716, the one form that mod_sftp reads.
  await writeFile(
    join(dir, "authorized_keys"),
    await runCommand("ssh-keygen", ["-e", "-f", `${privateKeyFile}.pub`]),
  );
  const { username: user, uid, gid } = userInfo();
  await writeFile(join(dir, "passwd"), `${user}:x:${uid}:${gid}::${rootDir}:/bin/false\n`, { mode: 0o600 });
  const port = await freePort();
  await writeFile(join(dir, "proftpd.conf"), settings(dir, port), { mode: 0o600 });
  const url = `sftp://${user}@127.0.0.1:${port}${rootDir}`;
  const server = await startServer({
    ...{ name: "proftpd", program, args: ["--nodaemon", "--config", join(dir, "proftpd.conf")] },
    ...{ options: { cwd: dir }, logFile: join(dir, "proftpd.log"), url, port, stopSignal: "SIGTERM" },
    ...{ isReady: () => greets(port), readyTimeoutMs: 20_000 },
  });
  return {
    ...{ host: "127.0.0.1", port, user, url, privateKeyFile, rootDir },
    hostKeyPin: `SHA256:${createHash("sha256").update(hostKey).digest("base64").replace(/=+$/, "")}`,
    privateKey: await readFile(privateKeyFile, "utf8"),
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
