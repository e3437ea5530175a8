import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { TaplineError } from "@tapline/core/kernel";

/** Writes on; waits while the disk is behind. */
export type Append = (bytes: Uint8Array | string) => Promise<void>;

/**
 * Writes files that belong together, at the same time: temporary files beside them (0600), flushed, then renamed, the last
 * one first. Where `write` fails, none stays.
 * @throws TaplineError `conflict` where one of them is there already
 */
export async function writeTogether<Paths extends readonly string[]>(
  paths: Paths,
  write: (appends: { readonly [At in keyof Paths]: Append }) => Promise<void>,
): Promise<void> {
  for (const path of paths)
    if (await exists(path))
      throw new TaplineError("conflict", `${path} is there already, and is not overwritten`, {
        remedy: "name another file by --out, or move that one away",
      });
  const files = paths.map((path) => temporaryFile(path));
  try {
    await write(files.map(({ append }) => append) as { readonly [At in keyof Paths]: Append });
    for (const file of files) await file.end();
  } catch (error) {
    await Promise.all(files.map((file) => file.drop()));
    throw error;
  }
  for (const file of files.toReversed()) await file.keep();
}

function temporaryFile(path: string) {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  const stream = createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true });
  const done = finished(stream);
  // Whoever appends, or ends it, is told; until then nobody listens.
  done.catch(() => undefined);
  return {
    append: async (bytes: Uint8Array | string): Promise<void> => {
      if (stream.write(bytes)) return;
      await Promise.race([done, new Promise<void>((resolve) => stream.once("drain", resolve))]);
    },
    end: async (): Promise<void> => {
      stream.end();
      await done;
    },
    drop: async (): Promise<void> => {
      stream.destroy();
      await done.catch(() => undefined);
      await rm(temporary, { force: true });
    },
    keep: () => rename(temporary, path),
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
