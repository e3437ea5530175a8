#!/usr/bin/env node
import { launch } from "../../../tools/setup/launch.mjs";

await launch("tapline-agent", import.meta.url, "../src/cli/main.ts");
