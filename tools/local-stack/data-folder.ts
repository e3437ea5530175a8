import { chmod, mkdir, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { pathExists } from "../servers/index.ts";

/** The folders of an installation, absolute. */
export type DataFolder = Readonly<{
  root: string;
  pki: string;
  archive: string;
  postgres: string;
  redis: string;
  agent: string;
  secrets: string;
  logs: string;
  restored: string;
  /** Of the audit log's witness alone. */
  witness: string;
  /** Our programs as Node has compiled them. */
  compiled: string;
}>;

/** Below this the stack does not start: PostgreSQL and Redis must never meet a full disk half way. */
const leastFreeBytes = 256 * 1024 * 1024;

const remedies: Record<string, string> = {
  EACCES: "give yourself write permission there, or choose another folder by --data-dir",
  EPERM: "give yourself write permission there, or choose another folder by --data-dir",
  EROFS: "that file system is read-only; choose another folder by --data-dir",
  ENOSPC: "free some disk space, or choose another folder by --data-dir",
  EDQUOT: "free some disk space, or choose another folder by --data-dir",
  ENOTDIR: "a file stands where a folder is needed; choose another folder by --data-dir",
  EEXIST: "a file stands where a folder is needed; choose another folder by --data-dir",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Any of these tells that a folder is Tapline's; the first is written before all else. */
const marks = ["tapline-data", "secrets/process-key", "pki/root.crt"] as const;

/** Throws where `root` holds somebody else's things or belongs to somebody else; changes nothing. */
async function requireOurs(root: string): Promise<void> {
  if (!(await pathExists(root))) return;
  const { uid } = await stat(root);
  const remedy = "choose a new or an empty folder of yours by --data-dir";
  const user = process.getuid?.() ?? uid;
  if (uid !== user)
    throw new TaplineError("misconfigured", `the folder ${root} belongs to another user (uid ${uid})`, {
      remedy: `start Tapline as that user, or ${remedy}`,
      facts: { uid },
    });
  if ((await readdir(root)).length === 0) return;
  const found = await Promise.all(marks.map((name) => pathExists(join(root, name))));
  if (found.includes(true)) return;
  throw new TaplineError("misconfigured", `the folder ${root} holds files that are not Tapline's`, {
    remedy,
  });
}

async function checkSpace(root: string): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const freeBytes = bavail * bsize;
  if (freeBytes >= leastFreeBytes) return;
  const freeMiB = Math.floor(freeBytes / 1024 / 1024);
  throw new TaplineError(
    "unavailable",
    `the disk of ${root} is full: ${freeMiB} MiB are left, 256 are needed`,
    {
      remedy: remedies.ENOSPC ?? "",
      facts: { freeBytes },
    },
  );
}

/**
 * Sees to it that the data folder is there, private (0700), writable and has room. Throws `misconfigured` or
 * `unavailable` in one sentence where not, or where it holds anything else than Tapline's data. Folders of the secrets and the PKI are made by who fills them.
 */
export async function openDataFolder(root: string): Promise<DataFolder> {
  const sub = (name: string) => join(root, name);
  const folder: DataFolder = {
    root,
    pki: sub("pki"),
    archive: sub("archive"),
    postgres: sub("postgres"),
    redis: sub("redis"),
    agent: sub("agent"),
    secrets: sub("secrets"),
    logs: sub("logs"),
    restored: sub("restored"),
    witness: sub("witness"),
    compiled: sub("compiled"),
  };
  try {
    await requireOurs(root);
    await mkdir(root, { recursive: true, mode: 0o700 });
    await chmod(root, 0o700);
    await writeFile(sub(marks[0]), "This folder is Tapline's data folder.\n", { mode: 0o600 });
    for (const path of [folder.archive, folder.agent, folder.logs, folder.restored, folder.witness])
      await mkdir(path, { recursive: true, mode: 0o700 });
    const probe = sub(`.probe-${process.pid}`);
    await writeFile(probe, Buffer.alloc(4096));
    await rm(probe);
  } catch (cause) {
    const remedy = remedies[codeOf(cause)];
    if (remedy === undefined) throw cause;
    throw new TaplineError("misconfigured", `the data folder ${root} cannot be written (${codeOf(cause)})`, {
      remedy,
      cause,
    });
  }
  await checkSpace(root);
  return folder;
}
