#!/usr/bin/env node
import { launch } from "../../../tools/setup/launch.mjs";

await launch("tapline-witness", import.meta.url, "../src/main.ts");
