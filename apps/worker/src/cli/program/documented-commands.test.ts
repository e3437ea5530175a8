import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { taplineProgram } from "./tapline.ts";

const root = join(import.meta.dirname, "../../../../..");
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith(".md"),
);

/** In the midst of a line, and as lines of their own. */
const forms = [/`(tapline [^`\n]+)`/g, /^ *(?:[A-Z_]+=\S+ )*(?:npx )?(tapline .+)$/gm];
const commandsOf = (text: string): string[] =>
  forms.flatMap((form) => [...text.matchAll(form)].map(([, typed = ""]) => typed.replace(/ #.*$/, "")));

/** Services in whose pods commands run in a cluster. */
const podServices = ["audit", "web", "ingest", "validation"];

/** In a cluster a service comes first, by the function of docs/cluster.md: `tapline audit people ls` is `people ls` in the pod of audit. */
function withoutPod(words: readonly string[]): readonly string[] {
  const [service = "", name] = words;
  const { commands } = taplineProgram();
  const own = commands.find((one) => one.name() === service)?.commands ?? [];
  const isOwn = own.some((one) => one.name() === name);
  const isCommand = commands.some((one) => one.name() === name);
  return podServices.includes(service) && isCommand && !isOwn ? words.slice(1) : words;
}

/** What of a command there is not: a word that names none, or an option. Nothing is said of what it leaves out: pages shorten. */
function unknownOf(typed: string): string[] {
  let at: Command = taplineProgram();
  const unknown: string[] = [];
  for (const word of withoutPod(typed.replaceAll(/[[\]]/g, "").split(/\s+/).slice(1))) {
    // Any command of these.
    if (word === "…" && at.commands.length > 0) break;
    const inner = at.commands.find((one) => one.name() === word);
    const [option] = word.split("=", 1);
    if (inner !== undefined) at = inner;
    else if (word.startsWith("--") && word !== "--help" && at.options.every(({ long }) => long !== option))
      unknown.push(word);
    else if (/^[a-z][a-z-]+$/.test(word) && at.commands.length > 0) unknown.push(word);
  }
  return unknown;
}

test.each(pages)("%s names no command and no option of tapline that there is not", (page) => {
  const commands = commandsOf(readFileSync(join(root, page), "utf8"));
  expect(commands.flatMap((typed) => unknownOf(typed).map((word) => `${typed}: ${word}`))).toEqual([]);
});

test("what is looked at is found in lines and within them, and a wrong word or option is named", () => {
  const text = "Ask `tapline agent list`.\n\n```sh\ntapline audit ls --txt x   # one\n```\n";
  expect(commandsOf(text).flatMap(unknownOf)).toEqual(["list", "--txt"]);
  expect(unknownOf("tapline agent token --id a --as b --reason c")).toEqual(["--as"]);
  expect(unknownOf("tapline gap ls [--json]")).toEqual([]);
  expect(unknownOf("tapline audit people ls --jsno")).toEqual(["--jsno"]);
});
