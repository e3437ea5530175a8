/** What a file that was given to the page can be. */
export type Part = "proof" | "trust" | "keys" | "packet";

/** What it is, by its text, and where that tells nothing by its name. */
export function partOf(name: string, text: string): Part {
  if (isCode(text)) return "proof";
  if (text.includes("-----BEGIN ")) return "trust";
  if (/^\s*\S+\+[0-9a-f]{8}\+[\w+/]+={0,2}\s*$/m.test(text)) return "keys";
  return text.trimStart().startsWith("{") || name.endsWith(".json") ? "proof" : "packet";
}

/** Whether it is the text of a slip's QR code, of which several may make up one proof. */
export const isCode = (text: string): boolean => text.trimStart().startsWith("TAPLINE/");
