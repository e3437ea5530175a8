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

const hasWord = /\p{L}{2}/u;

interface Node {
  type?: string;
  value?: unknown;
  name?: Node;
  opening?: { name: Node };
  expression?: Node;
  consequent?: Node;
  alternate?: Node;
  quasis?: { raw: string }[];
}

/** Texts that stand in a page's source rather than in the catalogue: words between tags, and those of attributes that a person reads. @param source TSX */
export async function findLiteralTexts(source: string): Promise<string[]> {
  const found: string[] = [];
  collect(await parse(source, { syntax: "typescript", tsx: true, target: "es2024" }), found);
  return found;
}

function collect(node: unknown, found: string[]): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, found);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, value, name, opening, expression } = node as Node;
  if (type === "JSXElement" && codeTags.has(String(opening?.name.value))) return;
  if (type === "JSXAttribute") {
    const given = value as Node | null;
    const inner = given?.type === "JSXExpressionContainer" ? given.expression : given;
    if (readAttributes.has(String(name?.value))) tellShown(inner, found);
    // What other attributes say is for code; elements may stand in there all the same.
    collect(inner, found);
    return;
  }
  if (type === "JSXText") tell(value, found);
  if (type === "JSXExpressionContainer") tellShown(expression, found);
  for (const child of Object.values(node)) collect(child, found);
}

/** Words that an expression is shown as: itself, or one of its branches. */
function tellShown(node: Node | null | undefined, found: string[]): void {
  if (node?.type === "StringLiteral") tell(node.value, found);
  if (node?.type === "TemplateLiteral") for (const { raw } of node.quasis ?? []) tell(raw, found);
  if (node?.type === "ParenthesisExpression") tellShown(node.expression, found);
  if (node?.type === "ConditionalExpression") {
    tellShown(node.consequent, found);
    tellShown(node.alternate, found);
  }
}

function tell(text: unknown, found: string[]): void {
  if (typeof text === "string" && hasWord.test(text)) found.push(text.trim().replace(/\s+/g, " "));
}
