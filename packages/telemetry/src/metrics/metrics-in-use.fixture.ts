import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const istio = join(import.meta.dirname, "../../../../istio");

/** Queries of the ready-made dashboards and rules, and of what judges releases by Argo, by the file that they stand in. */
export async function observabilityFiles(): Promise<{ name: string; text: string }[]> {
  const names = await Promise.all(
    ["observability", "rollout"].map(async (folder) =>
      (await readdir(join(istio, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  return await Promise.all(
    names
      .flat()
      .filter((name) => /\.(json|yaml)$/.test(name))
      .map(async (name) => ({ name, text: await readFile(join(istio, name), "utf8") })),
  );
}

/** Names of metrics that a dashboard or rule uses; what rules record themselves has colons in it. */
export function metricsIn(text: string): string[] {
  const names = text.match(/(?<![\w:])(?:tapline|process|nodejs)_[a-z0-9_]+(?![\w:])/g) ?? [];
  return [...new Set(names)];
}

/** Names of the series that a page of metrics in Prometheus's form may have. */
export function seriesNames(exposition: string): Set<string> {
  const types = [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => `${name}${part}`) : [name],
    ),
  );
}
