#!/usr/bin/env node
import { launch } from "../../../tools/setup/launch.mjs";

await launch("tapline", import.meta.url, "../src/cli/main.ts");
