import { TaplineError } from "../kernel/index.ts";

const part = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/;
const maxDepth = 16;

/**
 * Checks a path inside an archive: relative, parts of letters, digits, `.`, `_` and `-` joined by `/`, no `..`.
 * The empty path is the root.
 * @throws TaplineError `invalid-input`
 */
export function checkArchivePath(path: string): string {
  const parts = path === "" ? [] : path.split("/");
  if (parts.length > maxDepth || !parts.every((name) => part.test(name)))
    throw new TaplineError("invalid-input", `"${path.slice(0, 200)}" is not a path inside an archive`, {
      remedy: "Use relative paths such as 2026/11/23/segment-….manifest.json.",
    });
  return path;
}
