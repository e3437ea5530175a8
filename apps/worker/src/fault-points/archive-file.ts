/** Which kind of file lies at an archive path, for the names of fault points. */
export function archiveFileOf(path: string): "object" | "manifest" | "signature" | "statement" {
  if (path.startsWith("statements/")) return "statement";
  if (path.endsWith(".manifest.json")) return "manifest";
  return path.endsWith(".p7s") ? "signature" : "object";
}
