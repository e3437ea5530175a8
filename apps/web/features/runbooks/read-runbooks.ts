/** A piece of a line. */
export type Piece =
  | { is: "text" | "strong" | "code"; text: string }
  /** `target` as it is written: an anchor of this page, or another page of docs. */
  | { is: "link"; text: string; target: string };

export type Block = { is: "text"; pieces: Piece[] } | { is: "list"; items: Piece[][] };

/** What to do about the alerts of one rule. */
export interface Runbook {
  /** The rule's id, and the section's anchor. */
  id: string;
  title: string;
  blocks: Block[];
}

/** The sections of docs/runbooks.md. It reads what stands there: headings, paragraphs, lists, and in them links, code and strong words. */
export function readRunbooks(lines: readonly string[]): Runbook[] {
  const sections = lines.join("\n").split(/^## /m).slice(1);
  return sections.map((section) => {
    const [title = "", ...rest] = section.split("\n");
    const paragraphs = rest
      .join("\n")
      .split(/\n\s*\n/)
      .map((text) => text.trim());
    return { id: anchorOf(title), title, blocks: paragraphs.filter((text) => text !== "").map(blockOf) };
  });
}

/** The anchor of a heading, as wherever Markdown is shown. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function blockOf(paragraph: string): Block {
  if (!paragraph.startsWith("- ")) return { is: "text", pieces: piecesOf(paragraph) };
  const items = paragraph.slice(2).split(/\n- /);
  return { is: "list", items: items.map(piecesOf) };
}

const marked = /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\[(?<text>[^\]]+)\]\((?<target>[^)]+)\)/g;

function piecesOf(text: string): Piece[] {
  const line = text.replaceAll(/\s*\n\s*/g, " ");
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of line.matchAll(marked)) {
    if (found.index > end) pieces.push({ is: "text", text: line.slice(end, found.index) });
    end = found.index + found[0].length;
    const { code, strong, text: words, target } = found.groups ?? {};
    if (words !== undefined && target !== undefined) pieces.push({ is: "link", text: words, target });
    else if (code !== undefined) pieces.push({ is: "code", text: code });
    else pieces.push({ is: "strong", text: strong ?? "" });
  }
  if (end < line.length) pieces.push({ is: "text", text: line.slice(end) });
  return pieces;
}
