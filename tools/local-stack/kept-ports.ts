import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { PortName, StackConfig } from "./config.ts";

/** Ports by part, as an earlier start chose them. */
export type KeptPorts = Readonly<Partial<Record<PortName, number>>>;

const port = z.int().min(1).max(65_535).optional();
const schema = z.object({
  web: port,
  ingest: port,
  stream: port,
  postgres: port,
  redis: port,
  archive: port,
  witness: port,
});

const fileIn = (root: string) => join(root, "ports.json");

/** The ports of the last start on the data folder `root`; none where they are not known. */
export async function readKeptPorts(root: string): Promise<KeptPorts> {
  try {
    const kept = schema.parse(JSON.parse(await readFile(fileIn(root), "utf8")));
    return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  } catch {
    return {};
  }
}

/** Keeps the ports that nobody asked for, so that addresses stay what they were from start to start. */
export async function keepPorts(
  root: string,
  wishes: StackConfig["ports"],
  chosen: Readonly<Record<PortName, number>>,
): Promise<void> {
  const earlier = await readKeptPorts(root);
  const names = Object.keys(wishes) as PortName[];
  const unasked = names.filter((name) => !wishes[name].asked).map((name) => [name, chosen[name]] as const);
  const path = fileIn(root);
  await writeFile(`${path}.new`, JSON.stringify({ ...earlier, ...Object.fromEntries(unasked) }), {
    mode: 0o600,
  });
  await rename(`${path}.new`, path);
}
