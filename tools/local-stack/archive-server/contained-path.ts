import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { checkArchivePath } from "@tapline/core/transfer";

/** Ending of a file that is still being uploaded: the only kind that may be written or removed. */
export const partEnding = ".part";

/** A place in the archive, as a client names it (`/2026/11/23`) and as it lies on disk. */
export interface ContainedPath {
  /** Relative to the archive's root, without a leading slash; "" is the root. */
  readonly relative: string;
  readonly local: string;
}

/**
 * The place that a client means by `path`: the archive's root is the client's `/`. Nothing leads out of it:
 * `..` is refused, not resolved, and so is a path through a symbolic link, or to one.
 * @throws TaplineError `forbidden`
 */
export async function containedPath(root: string, path: string): Promise<ContainedPath> {
  const relative = relativePath(path);
  const parts = relative === "" ? [] : relative.split("/");
  const onTheWay = await Promise.all(
    parts.map((_, depth) => lstat(join(root, ...parts.slice(0, depth + 1))).catch(() => null)),
  );
  if (onTheWay.some((stats) => stats?.isSymbolicLink() === true))
    throw new TaplineError("forbidden", "symbolic links are not followed in the archive");
  return { relative, local: join(root, ...parts) };
}

/** `path` without leading, doubled and trailing slashes and without `.` parts. @throws TaplineError `forbidden` */
export function relativePath(path: string): string {
  const relative = path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  try {
    return checkArchivePath(relative);
  } catch (cause) {
    throw new TaplineError(
      "forbidden",
      "the path leads outside the archive, or has characters it does not take",
      {
        cause,
      },
    );
  }
}
