/** Which kind of file lies at an archive path, for the names of fault points. */
export function archiveFileOf(
  path: string,
): "object" | "manifest" | "signature" | "statement" | "tile" | "checkpoint" | "log-proof" {
  if (path.startsWith("audit/")) return path.includes("/checkpoint/") ? "checkpoint" : "tile";
  if (path.endsWith(".tlog-proof")) return "log-proof";
  if (path.startsWith("statements/")) return "statement";
  if (path.endsWith(".manifest.json")) return "manifest";
  return path.endsWith(".p7s") ? "signature" : "object";
}
