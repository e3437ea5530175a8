import { parse } from "@swc/core";

/** Attributes that a person reads or hears; the rest are for the browser, or for code. */
const readAttributes = new Set([
  ...[
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "title",
  ],
  ...["label", "legend", "lookAt", "unit", "window", "hint", "caption"],
]);

/** What stands in these is typed or shown as it is, in every language. */
const codeTags = new Set(["code", "Code", "Kbd", "style", "script"]);

/** Of a component of ours these are read, too; of an element of HTML they are for the browser. */
const readOfComponents = new Set(["name", "of", "kind"]);

const hasWord = /\p{L}{2}/u;
/** Two words, one behind the other. */
const hasPhrase = /\p{L}{2,}[,;:.…]? \p{L}{2,}/u;
const htmlTag = /<\/?[a-z][a-z0-9]*[^<>]*>/;

/**
 * What else is looked for in literals: phrases (of a page's own code), or words between the tags of HTML (of a server, most of whose words
 * are for programs and logs).
 */
export type Look = "phrases" | "html";

interface Node {
  type?: string;
  value?: unknown;
  name?: Node;
  opening?: { name: Node };
  expression?: Node;
  consequent?: Node;
  alternate?: Node;
  left?: Node;
  right?: Node;
  operator?: string;
  callee?: Node;
  property?: Node;
  attributes?: Node[];
  quasis?: { raw: string }[];
}

/**
 * Texts that stand in a page's source rather than in the catalogue: words between tags, those of attributes that a person reads, and what
 * `look` says. @param source TypeScript, TSX or JavaScript
 */
export async function findLiteralTexts(source: string, look: Look): Promise<string[]> {
  const found = new Set<string>();
  // A server has no TSX, whose tags look as a generic function does.
  const syntax = { syntax: "typescript", tsx: look === "phrases", target: "es2024" } as const;
  collect(await parse(source, syntax), { found, look });
  return [...found];
}

interface Finding {
  found: Set<string>;
  look: Look;
}

function collect(node: unknown, into: Finding): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, into);
    return;
  }
  if (typeof node !== "object" || node === null || isForCode(node)) return;
  const { type, value, opening, expression } = node as Node;
  if (type === "JSXElement" && codeTags.has(String(opening?.name.value))) return;
  if (type === "JSXOpeningElement") tellAttributes(node, into);
  if (type === "JSXAttribute") {
    // What most attributes say is for code; phrases and elements may stand in there all the same.
    collect(givenTo(node), into);
    return;
  }
  if (type === "JSXText") tell(value, into);
  if (type === "JSXExpressionContainer") tellShown(expression, into);
  tellLiteral(node, into);
  for (const child of Object.values(node)) collect(child, into);
}

/** Names of modules, types, what is compared, errors (data for logs as well), other languages, classes of CSS, kinds of fields, directives. */
function isForCode(node: Node): boolean {
  const { type = "", operator = "", callee, expression, name } = node;
  if (type.startsWith("Import") || type.startsWith("Export")) return type.includes("All") || "source" in node;
  if (type.startsWith("Ts")) return type !== "TsAsExpression" && type !== "TsSatisfiesExpression";
  if (type === "NewExpression" || type === "ThrowStatement" || type === "TaggedTemplateExpression")
    return true;
  if (type === "BinaryExpression") return /^[!=]==?$/.test(operator);
  if (type === "CallExpression") return callee?.value === "cn" || callee?.property?.value === "split";
  if (type === "JSXAttribute") return /^(className|autoComplete)$/.test(String(name?.value));
  return type === "ExpressionStatement" && expression?.type === "StringLiteral";
}

function givenTo({ value }: Node): Node | null | undefined {
  const given = value as Node | null;
  return given?.type === "JSXExpressionContainer" ? given.expression : given;
}

function tellAttributes({ name: tag, attributes = [] }: Node, into: Finding): void {
  const isComponent = /^\p{Lu}/u.test(String(tag?.value));
  for (const { type, name, value } of attributes) {
    const read = String(name?.value);
    if (type !== "JSXAttribute") continue;
    const isOfComponent = isComponent && readOfComponents.has(read);
    if (!readAttributes.has(read) && !isOfComponent) continue;
    const inner = givenTo({ value });
    // Fields of forms and kinds of buttons are for code.
    if (isOfComponent && read !== "of" && /^[a-z-]+$/.test(String(inner?.value ?? ""))) continue;
    tellShown(inner, into);
  }
}

/** Words that an expression is shown as: itself, or one of its branches. */
function tellShown(node: Node | null | undefined, into: Finding): void {
  if (node?.type === "StringLiteral") tell(node.value, into);
  if (node?.type === "TemplateLiteral") for (const { raw } of node.quasis ?? []) tell(raw, into);
  if (node?.type === "ParenthesisExpression") tellShown(node.expression, into);
  if (node?.type === "BinaryExpression" && (node.operator === "??" || node.operator === "||"))
    tellShown(node.right, into);
  if (node?.type === "ConditionalExpression") {
    tellShown(node.consequent, into);
    tellShown(node.alternate, into);
  }
}

function tellLiteral({ type, value, quasis = [] }: Node, into: Finding): void {
  if (type !== "StringLiteral" && type !== "TemplateLiteral") return;
  const texts = type === "StringLiteral" ? [String(value)] : quasis.map(({ raw }) => raw);
  if (into.look === "html") {
    // A template's parts are one page: a tag may begin in one and end in another.
    const whole = texts.join("0");
    if (htmlTag.test(whole)) for (const text of wordsOfHtml(whole)) tell(text, into);
  } else {
    for (const text of texts) if (hasPhrase.test(text) && !isForMachines(text)) tell(text, into);
  }
}

const wordsOfHtml = (html: string): string[] =>
  html
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/g, "<>")
    .replace(/<![^>]*>/g, "<>")
    .split(/<[^<>]*>/);

/** Classes of CSS, of which half or more have signs in them; a command for a shell. */
function isForMachines(text: string): boolean {
  const words = text.trim().split(/\s+/);
  return words[0] === "curl" || words.filter((word) => /[-:[\]/]/.test(word)).length * 2 >= words.length;
}

/** The product's name is the same in every language. */
function tell(text: unknown, { found }: Finding): void {
  if (typeof text === "string" && hasWord.test(text.replaceAll("Tapline", "")))
    found.add(text.trim().replace(/\s+/g, " "));
}
