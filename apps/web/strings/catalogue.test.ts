import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Catalogue, compileGroup, placeholdersOf, withTexts } from "./compile.ts";

const web = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(web, path), "utf8");
const catalogueOf = (path: string): Catalogue => JSON.parse(read(path));
const english = catalogueOf("strings/en.json");

const sources = globSync("{app,client,contracts,features,server,ui}/**/*.{js,ts,tsx}", { cwd: web })
  .filter((path) => !path.includes(".test."))
  .map(read);

test("every message of the catalogue is used, by who reads its group", () => {
  const unused = Object.entries(english).flatMap(([group, messages]) => {
    const readers = sources.filter((source) => source.includes(`strings/generated/${group}.ts"`));
    return Object.keys(messages)
      .filter(
        (name) => !readers.some((source) => new RegExp(`\\b(strings|texts)\\s*\\.${name}\\b`).test(source)),
      )
      .map((name) => `${group} ${name}`);
  });
  expect(unused).toEqual([]);
});

/** Things of which there are never so few as one where a message tells how many. */
const alwaysMany = [
  ...["agents/agent-words moreThanMostGapNumbers", "agents/effect-notice agentsAgentsNamedAndMore"],
  ...["agents/log-dialog valueLines", "alert-rules/preview overTheLastDaysDays"],
  ...["alert-rules/preview theMinutesOfDaysDays", "alerts/alert-detail firstOutGroupSizeAlerts"],
  ...["alerts/ask-dialog alertsAlerts", "audit/export-dialog moreThanMostExportedEntries"],
  ...["audit/export-dialog sizeBytesUnpackedItIs", "overview/sites-overview ratesAreShownOf"],
  ...[
    "taps/tap-facts objectPathObjectBytesBytes",
    "taps/tap-list tapsTaps",
    "taps/tap-proof madeBytesBytesIsIn",
  ],
];

test("what is told by a figure has a form for one of it", () => {
  const texts = Object.entries(english).flatMap(([group, messages]) =>
    Object.entries(messages).map(([name, text]) => ({ name: `${group} ${name}`, text })),
  );
  // Words that have a form for one somewhere.
  const many = new Set(
    texts.flatMap(({ text }) =>
      [...text.matchAll(/one \{([^{}]*)\} other \{([^{}]*)\}/g)].flatMap(([, one = "", other = ""]) => {
        const singular = new Set(one.split(/\W+/));
        return other
          .split(/\W+/)
          .filter((word) =>
            [word.replace(/ies$/, "y"), word.replace(/s$/, "")].some((is) => is !== word && singular.has(is)),
          );
      }),
    ),
  );
  expect([...many]).toEqual(expect.arrayContaining(["taps", "entries", "agents"]));
  const fixed = texts.filter(({ text }) =>
    [...text.matchAll(/\{\w+\} (\w+)/g)].some(([, word = ""]) => many.has(word)),
  );
  expect(fixed.map(({ name }) => name).toSorted()).toEqual(alwaysMany.toSorted());
});

test("every language has each message, with the placeholders of the English one", () => {
  const wanted = placeholdersIn(english);
  for (const path of globSync("strings/*.json", { cwd: web }))
    expect(placeholdersIn(catalogueOf(path))).toEqual(wanted);
});

function placeholdersIn(catalogue: Catalogue): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(catalogue).flatMap(([group, messages]) =>
      Object.entries(messages).map(([name, message]) => [
        `${group} ${name}`,
        Object.fromEntries([...placeholdersOf(message)].sort(([a], [b]) => a.localeCompare(b))),
      ]),
    ),
  );
}

test("a message is a constant, and a function of what it asks for where it asks for something", () => {
  const compiled = compileGroup(
    { plain: "The agent's `name`", taps: "{count, plural, one {# tap} other {# taps}} of <b>{site}</b>" },
    "./runtime.ts",
  );
  expect(compiled).toBe(
    [
      'import { grouped, plural } from "./runtime.ts";',
      "export const plain: string = `The agent's \\`name\\``;",
      "export const taps = (args: { count: number; b: (words: string) => string; site: string | number }): string => " +
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template.
        '`${plural(args.count, { "one": `${grouped.format(args.count)} tap`, "other": `${grouped.format(args.count)} taps` })} of ${args.b(`${args.site}`)}`;',
      "",
    ].join("\n"),
  );
});

test("what is formatted by the message itself is refused: figures and times have one place", () => {
  expect(() => compileGroup({ at: "at {when, time, short}" }, "./runtime.ts")).toThrow("client/format.ts");
});

test("a plain script has its texts within it, and cannot have one that asks for something", () => {
  const script = 'import * as strings from "../strings/generated/client/script.ts";\nshow(strings.title);\n';
  expect(withTexts(script, { "client/script": { title: "It''s \"on\"" } })).toBe(
    'const strings = {"title":"It\'s \\"on\\""};\nshow(strings.title);\n',
  );
  expect(() => withTexts(script, { "client/script": { title: "Of {site}" } })).toThrow("placeholder");
  expect(() => withTexts("show();", {})).toThrow("imports no group");
});
