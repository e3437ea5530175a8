import { relative } from "node:path";
import { type Plugin, rolldown } from "rolldown";

/** Packages that find their own files, or native code, by where they lie; and what Node modules try to load and do without. */
const apart = [
  /^next(?:\/|$)/,
  /^@node-rs\//,
  "bufferutil",
  "utf-8-validate",
  "msgpackr-extract",
  "pg-native",
];

/**
 * Puts a program of ours and the packages that it loads into a few files, so that Node does not have to look for some 2,000. What a module reads from
 * beside itself it finds as before: its `import.meta.url` stays that of its source.
 * @param entry the program, an absolute path
 * @param out folder of the bundle, with `main.mjs` in it
 */
export async function bundleProgram(root: string, entry: string, out: string): Promise<void> {
  const bundle = await rolldown({
    input: { main: entry },
    platform: "node",
    external: apart,
    plugins: [keepPlaces(root, out)],
    // A package that is wanted and cannot be found would be missed at run time.
    onwarn: ({ code, message }) => {
      if (code === "UNRESOLVED_IMPORT") throw new Error(message);
    },
  });
  const names = { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" };
  await bundle.write({ dir: out, format: "esm", cleanDir: true, ...names });
  await bundle.close();
}

/** Has each module believe that it lies where its source does, as seen from the bundle: both may move together. */
function keepPlaces(root: string, out: string): Plugin {
  const up = `${relative(out, root)}/`;
  return {
    name: "keep-places",
    transform: {
      filter: { code: /import\.meta\.url|\b__dirname\b/ },
      handler: (code, id) => {
        const url = `new URL(${JSON.stringify(up + relative(root, id))}, import.meta.url)`;
        const placed = code.replaceAll("import.meta.url", `${url}.href`);
        // Of CommonJS.
        return /\b__dirname\b/.test(code)
          ? `const __dirname = process.getBuiltinModule("node:url").fileURLToPath(new URL(".", ${url}));\n${placed}`
          : placed;
      },
    },
  };
}
