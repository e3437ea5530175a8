import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";

/** Groups of messages, ICU MessageFormat, by their names: what is read in one file of the console is one group. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a message asks for, by name: `words` (text or a figure), `count` (a number that chooses the form), `case`, or `tag`. */
export type Placeholders = ReadonlyMap<string, "words" | "count" | "case" | "tag">;

const types = {
  words: "string | number",
  count: "number",
  case: "string",
  tag: "(words: string) => string",
} as const;

/** A message's placeholders. @throws SyntaxError where it is not ICU MessageFormat, or of a kind that the console has no use for */
export function placeholdersOf(message: string): Placeholders {
  const found = new Map<string, "words" | "count" | "case" | "tag">();
  collect(parse(message), found);
  return found;
}

function collect(elements: readonly MessageFormatElement[], found: Map<string, keyof typeof types>): void {
  for (const element of elements) {
    // A number that chooses the form stays a number where it is shown, too.
    if (element.type === TYPE.argument && !found.has(element.value)) found.set(element.value, "words");
    if (element.type === TYPE.tag) {
      found.set(element.value, "tag");
      collect(element.children, found);
    }
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      found.set(element.value, element.type === TYPE.plural ? "count" : "case");
      for (const { value } of Object.values(element.options)) collect(value, found);
    }
  }
}

/** One group as a module: a constant for each message, or a function where it has placeholders. @param runtime the way to runtime.ts */
export function compileGroup(messages: Readonly<Record<string, string>>, runtime: string): string {
  const lines = Object.entries(messages).map(([name, message]) => {
    const placeholders = [...placeholdersOf(message)];
    const body = expression(parse(message), null);
    if (placeholders.length === 0) return `export const ${name}: string = ${body};`;
    const args = placeholders.map(([arg, kind]) => `${arg}: ${types[kind]}`).join("; ");
    return `export const ${name} = (args: { ${args} }): string => ${body};`;
  });
  const used = ["${grouped.", "${plural(", "${select("].filter((call) =>
    lines.some((line) => line.includes(call)),
  );
  const names = used.map((call) => call.slice(2, -1)).join(", ");
  return `${names === "" ? "" : `import { ${names} } from "${runtime}";\n`}${lines.join("\n")}\n`;
}

/** Template text of elements. @param counted the number that `#` stands for */
function expression(elements: readonly MessageFormatElement[], counted: string | null): string {
  return `\`${elements.map((element) => piece(element, counted)).join("")}\``;
}

function piece(element: MessageFormatElement, counted: string | null): string {
  switch (element.type) {
    case TYPE.literal:
      return element.value.replace(/[\\`]|\$\{/g, "\\$&");
    case TYPE.argument:
      return `\${args.${element.value}}`;
    case TYPE.pound:
      return `\${grouped.format(args.${counted})}`;
    case TYPE.tag:
      return `\${args.${element.value}(${expression(element.children, counted)})}`;
    case TYPE.plural:
      return `\${plural(args.${element.value}, ${forms(element.options, element.value)})}`;
    case TYPE.select:
      return `\${select(args.${element.value}, ${forms(element.options, counted)})}`;
    default:
      throw new SyntaxError(
        `{${element.value}, …} is formatted: hand it over as text, from client/format.ts`,
      );
  }
}

function forms(options: Record<string, { value: MessageFormatElement[] }>, counted: string | null): string {
  const each = Object.entries(options).map(
    ([name, { value }]) => `${JSON.stringify(name)}: ${expression(value, counted)}`,
  );
  return `{ ${each.join(", ")} }`;
}

/** A plain script with the texts of its group in the place of their import. @throws SyntaxError where it imports none, or one of them has placeholders */
export function withTexts(source: string, catalogue: Catalogue): string {
  const found = /^import \* as strings from ".*\/generated\/(.+)\.ts";$/m.exec(source);
  const messages = catalogue[found?.[1] ?? ""];
  if (found === null || messages === undefined) throw new SyntaxError("the script imports no group of texts");
  const texts = Object.entries(messages).map(([name, message]) => [name, plainText(message)]);
  return source.replace(found[0], () => `const strings = ${JSON.stringify(Object.fromEntries(texts))};`);
}

function plainText(message: string): string {
  return parse(message)
    .map((element) => {
      if (element.type !== TYPE.literal)
        throw new SyntaxError(`a script's text has a placeholder: ${message}`);
      return element.value;
    })
    .join("");
}
