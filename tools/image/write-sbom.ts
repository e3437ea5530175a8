import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { imageWorkspaces } from "./write-tree.ts";

const run = promisify(execFile);
const sbomSchema = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  components: z.array(z.unknown()).min(1),
});

/**
 * Writes what npm packages the image is made of, in CycloneDX's form, by the lock file alone.
 * @returns how many it names
 */
export async function writeSbom(root: string, path: string): Promise<number> {
  const workspaces = imageWorkspaces.flatMap((name) => ["--workspace", name]);
  const form = ["--sbom-format", "cyclonedx", "--sbom-type", "application"];
  const { stdout } = await run(
    "npm",
    ["sbom", "--package-lock-only", "--omit", "dev", ...form, ...workspaces],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  );
  const sbom = sbomSchema.parse(JSON.parse(stdout));
  await writeFile(path, stdout);
  return sbom.components.length;
}
