import type { Stats } from "node:fs";
import { TaplineError } from "@tapline/core/kernel";
import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";
import { ArchiveFiles, type ArchiveFilesOptions, type NamedStats } from "./archive-files.ts";
import { relativePath } from "./contained-path.ts";

const { STATUS_CODE } = ssh2.utils.sftp;

/**
 * Answers the requests of one SFTP channel (version 3, draft-ietf-secsh-filexfer-02). Requests without a listener
 * here (links, attributes, extensions, removing folders) are answered "unsupported" by ssh2.
 * @returns resolves the client's leftovers; call it when the channel has ended
 */
export function serveSftp(sftp: SFTPWrapper, options: ArchiveFilesOptions): () => Promise<void> {
  const files = new ArchiveFiles(options);
  const ok = (id: number) => () => sftp.status(id, STATUS_CODE.OK);
  const answer = <T>(id: number, work: Promise<T>, reply: (result: T) => void): void => {
    work.then(reply).catch((error: unknown) => sftp.status(id, statusOf(error), reasonOf(error)));
  };
  sftp.on("OPEN", (id, path, flags) =>
    answer(id, files.open(path, flags), (handle) => sftp.handle(id, handle)),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(id, files.read(handle, offset, length), (data) =>
      data.length === 0 ? sftp.status(id, STATUS_CODE.EOF) : sftp.data(id, data),
    ),
  );
  sftp.on("WRITE", (id, handle, offset, data) => answer(id, files.write(handle, offset, data), ok(id)));
  sftp.on("CLOSE", (id, handle) => answer(id, files.close(handle), ok(id)));
  sftp.on("FSTAT", (id, handle) =>
    answer(id, files.fstat(handle), (stats) => sftp.attrs(id, attributesOf(stats))),
  );
  for (const request of ["STAT", "LSTAT"] as const)
    sftp.on(request as "STAT", (id, path) =>
      answer(id, files.stat(path), (stats) => sftp.attrs(id, attributesOf(stats))),
    );
  sftp.on("OPENDIR", (id, path) =>
    answer(id, files.openDirectory(path), (handle) => sftp.handle(id, handle)),
  );
  sftp.on("READDIR", (id, handle) =>
    answer(id, files.readDirectory(handle), (found) =>
      found.length === 0 ? sftp.status(id, STATUS_CODE.EOF) : sftp.name(id, found.map(nameOf)),
    ),
  );
  sftp.on("MKDIR", (id, path) => answer(id, files.makeDirectory(path), ok(id)));
  sftp.on("RENAME", (id, from, to) => answer(id, files.rename(from, to), ok(id)));
  sftp.on("REMOVE", (id, path) => answer(id, files.remove(path), ok(id)));
  sftp.on("REALPATH", (id, path) =>
    answer(id, virtualPath(path), (filename) =>
      sftp.name(id, [{ filename, longname: filename, attrs: noAttributes }]),
    ),
  );
  return () => files.release();
}

async function virtualPath(path: string): Promise<string> {
  return `/${relativePath(path)}`;
}

const noAttributes: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

function attributesOf({ mode, size, atimeMs, mtimeMs }: Stats): Attributes {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  return { mode, uid: 0, gid: 0, size, atime: seconds(atimeMs), mtime: seconds(mtimeMs) };
}

function nameOf({ name, stats }: NamedStats) {
  const date = stats.mtime.toISOString().slice(0, 10);
  const longname = `${stats.isDirectory() ? "drwx------" : "-rw-------"} 1 tapline tapline ${stats.size} ${date} ${name}`;
  return { filename: name, longname, attrs: attributesOf(stats) };
}

function statusOf(error: unknown): number {
  if (error instanceof TaplineError)
    return error.code === "forbidden" ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
  switch (systemCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return STATUS_CODE.NO_SUCH_FILE;
    case "EACCES":
    case "EPERM":
    case "ELOOP":
      return STATUS_CODE.PERMISSION_DENIED;
    default:
      return STATUS_CODE.FAILURE;
  }
}

/** For the client: our own words, or the system's code, never a path of this machine. */
function reasonOf(error: unknown): string {
  return error instanceof TaplineError ? error.message : systemCode(error);
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "internal error";
}
