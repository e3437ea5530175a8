import type { Stats } from "node:fs";
import { TaplineError } from "@tapline/core/kernel";
import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";
import { ArchiveFiles, type ArchiveFilesOptions, type NamedStats } from "./archive-files.ts";
import { relativePath } from "./contained-path.ts";
import { InOrder } from "./in-order.ts";

const { STATUS_CODE } = ssh2.utils.sftp;

/**
 * Answers the requests of one SFTP channel (version 3, draft-ietf-secsh-filexfer-02), those on one file in their order. Requests without a listener
 * here (links, attributes, extensions, removing folders) are answered "unsupported" by ssh2.
 * @returns resolves the client's leftovers; call it when the channel has ended
 */
export function serveSftp(sftp: SFTPWrapper, options: ArchiveFilesOptions): () => Promise<void> {
  const files = new ArchiveFiles(options);
  const order = new InOrder();
  const answer: Answer = (id, things, work, reply) => {
    order
      .run(things, work)
      .then(reply)
      .catch((error: unknown) => sftp.status(id, statusOf(error), reasonOf(error)));
  };
  serveHandles(sftp, files, answer);
  servePaths(sftp, files, answer);
  return () => files.release();
}

/** Does one request once those before it on the same things are done, and answers it. */
type Answer = <T>(
  id: number,
  things: readonly string[],
  work: () => Promise<T>,
  reply: (result: T) => void,
) => void;

/** Opening and closing, and what is asked of something open. */
function serveHandles(sftp: SFTPWrapper, files: ArchiveFiles, answer: Answer): void {
  /** Names of what is open, by handle. */
  const opened = new Map<string, string>();
  const open = (id: number, path: string, opening: () => Promise<Buffer>): void =>
    answer(id, [plainPath(path)], opening, (handle) => {
      opened.set(handle.toString("hex"), plainPath(path));
      sftp.handle(id, handle);
    });
  const on = <T>(id: number, handle: Buffer, work: () => Promise<T>, reply: (result: T) => void): void =>
    answer(id, [opened.get(handle.toString("hex")) ?? ""], work, reply);
  const ok = (id: number) => () => sftp.status(id, STATUS_CODE.OK);
  sftp.on("OPEN", (id, path, flags) => open(id, path, () => files.open(path, flags)));
  sftp.on("OPENDIR", (id, path) => open(id, path, () => files.openDirectory(path)));
  sftp.on("READ", (id, handle, offset, length) => {
    const reply = (data: Buffer): void => {
      if (data.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, data);
    };
    on(id, handle, () => files.read(handle, offset, length), reply);
  });
  sftp.on("WRITE", (id, handle, offset, data) =>
    on(id, handle, () => files.write(handle, offset, data), ok(id)),
  );
  sftp.on("FSTAT", (id, handle) => {
    const reply = (stats: Stats) => sftp.attrs(id, attributesOf(stats));
    on(id, handle, () => files.fstat(handle), reply);
  });
  sftp.on("READDIR", (id, handle) => {
    const reply = (found: NamedStats[]): void => {
      if (found.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.name(id, found.map(nameOf));
    };
    on(id, handle, () => files.readDirectory(handle), reply);
  });
  sftp.on("CLOSE", (id, handle) => {
    on(id, handle, () => files.close(handle), ok(id));
    opened.delete(handle.toString("hex"));
  });
}

/** What is asked of names. */
function servePaths(sftp: SFTPWrapper, files: ArchiveFiles, answer: Answer): void {
  const ok = (id: number) => () => sftp.status(id, STATUS_CODE.OK);
  for (const request of ["STAT", "LSTAT"] as const)
    sftp.on(request as "STAT", (id, path) => {
      const reply = (stats: Stats) => sftp.attrs(id, attributesOf(stats));
      answer(id, [plainPath(path)], () => files.stat(path), reply);
    });
  sftp.on("MKDIR", (id, path) => answer(id, [plainPath(path)], () => files.makeDirectory(path), ok(id)));
  sftp.on("RENAME", (id, from, to) =>
    answer(id, [plainPath(from), plainPath(to)], () => files.rename(from, to), ok(id)),
  );
  sftp.on("REMOVE", (id, path) => answer(id, [plainPath(path)], () => files.remove(path), ok(id)));
  sftp.on("REALPATH", (id, path) => {
    const reply = (filename: string) =>
      sftp.name(id, [{ filename, longname: filename, attrs: noAttributes }]);
    answer(id, [], () => virtualPath(path), reply);
  });
}

/** One spelling of a path, whether it is allowed or not. */
function plainPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
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
