#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that an old one is told what is missing.
const wantedMajor = 24;

if (Number(process.versions.node.split(".")[0]) >= wantedMajor)
  await import(new URL("../lib/agent/tapline-agent.mjs", import.meta.url).href);
else {
  process.stderr.write(`tapline-agent needs Node ${wantedMajor}; this is ${process.version}.\n`);
  process.exitCode = 3;
}
