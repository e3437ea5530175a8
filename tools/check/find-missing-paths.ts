import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "../servers/index.ts";

/** The pages whose paths must exist. */
export const pages = ["README.md", "ARCHITECTURE.md"];

const topFolders = ["apps", "packages", "tools", "prisma", "docs", "bench", "istio", ".ci"];

/** Paths that `markdown` names: in back-ticks from a top folder of the project, or as the target of a link. */
export function namedPaths(markdown: string): string[] {
  const code = [...markdown.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const inCode = code.filter((text) => topFolders.some((folder) => text.startsWith(`${folder}/`)));
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const local = links.filter((target) => !/^([a-z]+:|#)/.test(target));
  const paths = [...inCode, ...local].map((path) => path.replace(/#.*$/, "").replace(/:\d+$/, ""));
  return [...new Set(paths.filter((path) => path !== "" && !/[<>*{}\s…]/.test(path)))];
}

/** One line for each page that is missing and each path that a page names and that is not there. */
export async function findMissingPaths(root: string): Promise<string[]> {
  const missing: string[] = [];
  for (const page of pages) {
    const text = await readFile(join(root, page), "utf8").catch(() => undefined);
    if (text === undefined) missing.push(`${page} is missing`);
    for (const path of namedPaths(text ?? ""))
      if (!(await pathExists(join(root, path)))) missing.push(`${page} names ${path}, which does not exist`);
  }
  return missing;
}
