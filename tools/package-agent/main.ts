import { packageAgent } from "./package-agent.ts";

// Writes dist/tapline-agent-<version>.tgz.
const { path, bytes } = await packageAgent("dist");
process.stdout.write(`${path} (${(bytes / 1024 / 1024).toFixed(1)} MiB)\n`);
