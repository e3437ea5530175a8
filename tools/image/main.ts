import { parseArgs } from "node:util";
import { writeSbom } from "./write-sbom.ts";
import { writeTree } from "./write-tree.ts";

// Writes the image's files into --out (default dist/image), with sbom.cdx.json among them. The Dockerfile calls it, too.
const { values } = parseArgs({ options: { out: { type: "string", default: "dist/image" } } });
const root = new URL("../../", import.meta.url).pathname;
const { paths } = await writeTree(root, values.out);
const components = await writeSbom(root, paths, `${values.out}/sbom.cdx.json`);
process.stdout.write(`${values.out}: sbom.cdx.json names ${components} packages\n`);
