import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * The page that verifies proofs in a browser: one HTML file that holds all it needs, made of the code that `tapline verify`
 * runs. The same sources make the same bytes. Its policy lets it reach nothing, and run nothing but this.
 */
export async function buildPage(): Promise<string> {
  const [html, css, script] = await Promise.all([
    readFile(here("page.html"), "utf8"),
    readFile(here("page.css"), "utf8"),
    bundle(),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(css)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // By functions: what is put in may hold what `replace` would take for its own.
  return html
    .replace('content=""', () => `content="${policy}"`)
    .replace("<style>", () => `<style>${css}`)
    .replace("<script>", () => `<script>${script}`);
}

/** The parts are put together here: those for a browser know nothing of Node's types, and the others nothing of a browser's. */
const entry = `
  import "./no-eval.ts";
  import { startPage } from "./dom/page.ts";
  import { needsTrust, verifyFiles } from "./verify-files.ts";
  startPage({ verify: verifyFiles, needsTrust });
`;

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: here("."), loader: "ts" },
    ...{ bundle: true, write: false, minify: true, format: "iife", platform: "browser" },
    ...{ target: "es2022", charset: "ascii", legalComments: "eof", logLevel: "error" },
    inject: [`${browserSide}/buffer.ts`],
    define: { global: "globalThis" },
    plugins: [browserCrypto],
  });
  const [file] = outputFiles;
  // Nothing may end the element that it stands in.
  return (file?.text ?? "").replaceAll("</script", "<\\/script");
}

/** Gives core's code the browser's side of node:crypto, and leaves out of its rooms what verifying does not need. */
const browserCrypto: Plugin = {
  name: "browser-crypto",
  setup: ({ onResolve, onLoad, resolve }) => {
    onResolve({ filter: /^node:crypto$/ }, () => ({ path: "crypto", namespace }));
    // As CommonJS: core's files name much that makes and keeps keys, is never called here, and need not be there.
    onLoad({ filter: /./, namespace }, () => ({
      ...{ contents: `module.exports = require("./node-crypto.ts")`, resolveDir: browserSide },
    }));
    // Its words in forty languages; ours speak one.
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export {}" }));
    onResolve({ filter: /^(\.|@tapline\/core\/)/ }, async ({ path, pluginData, ...given }) => {
      if (pluginData === resolved || (path.startsWith(".") && !given.importer.includes(coreSources)))
        return null;
      const found = await resolve(path, { ...given, pluginData: resolved });
      return { ...found, sideEffects: false };
    });
  },
};

const browserSide = here("../../../../packages/core/adapters/src/browser-crypto");
const namespace = "browser";
const resolved = Symbol("resolved");
const coreSources = "/packages/core/src/";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
