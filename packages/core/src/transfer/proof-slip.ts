import { encode } from "uqr";
import { proofCodes } from "./proof-codes.ts";
import type { TapProof } from "./tap-proof-form.ts";

/** What a slip is written as: a page to be printed, or the drawing alone. */
export const slipForms = ["html", "svg"] as const;
export type SlipForm = (typeof slipForms)[number];

/** Lengths in mm: of A4, so that the modules of the largest code are 0.7 mm wide. */
const width = 210;
const margin = 18;
const lineHeight = 6;
const oneCode = 140;
const oneOfSeveral = 104;
const captionHeight = 9;
/** Modules of nothing around a code (ISO/IEC 18004 §6.3.8). */
const quietModules = 4;

/** What a slip says, in the language of whoever hands it out. */
export type SlipWords = {
  /** A tag of BCP 47. */
  readonly language: string;
  readonly title: (tap: number, tracker: string) => string;
  readonly whereabouts: (epoch: number, segment: string) => string;
  /** @param digits the first half of a digest, in hexadecimal; the rest follows in the next line */
  readonly digest: (digits: string) => string;
  readonly notLogged: string;
  /** @param time ISO 8601 */
  readonly logged: (time: string) => string;
  readonly howTo: string;
  /** Under the code where there is one alone, and under one of several; the first is 1. */
  readonly wholeCode: string;
  readonly codeOf: (index: number, count: number) => string;
};

const english: SlipWords = {
  language: "en",
  title: (tap, tracker) => `Proof of tap ${tap} of tracker ${tracker}`,
  whereabouts: (epoch, segment) => `Tracker's epoch ${epoch}, archived in segment ${segment}`,
  digest: (digits) => `SHA-256 of its bytes ${digits}`,
  notLogged: "The audit log does not speak of it yet",
  logged: (time) => `Recorded in the audit log at ${time}`,
  howTo: "Scan the codes as text, one a line, and verify: tapline verify, or the page of tapline prove page.",
  wholeCode: "The whole proof",
  codeOf: (index, count) => `Code ${index} of ${count}`,
};

/** A proof on paper: what it is of, for people, and all of it in QR codes. @param words as the command says it; the console gives its own */
export function proofSlip(proof: TapProof, form: SlipForm, words: SlipWords = english): string {
  const drawing = draw(proof, words);
  if (form === "svg") return `<?xml version="1.0" encoding="UTF-8"?>\n${drawing}\n`;
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(titleOf(proof, words))}</title>
<style>@page { size: A4; margin: 0 } body { margin: 0; background: #fff } svg { display: block }</style>
</head>
<body>
${drawing}
</body>
</html>
`;
}

const titleOf = ({ tap }: TapProof, { title }: SlipWords): string => title(tap.seq, tap.tracker);

function draw(proof: TapProof, words: SlipWords): string {
  const lines = linesOf(proof, words);
  const title = escaped(titleOf(proof, words));
  const codes = proofCodes(proof);
  const side = codes.length === 1 ? oneCode : oneOfSeveral;
  const top = margin + 8 + lines.length * lineHeight;
  const drawn = codes.map((code, i) => drawCode(code, i, codes.length, { side, top, words }));
  const height = Math.max(297, top + codes.length * (side + captionHeight) + margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<g fill="#000" font-family="system-ui, sans-serif" font-size="3.6">`,
    `<text x="${margin}" y="${margin}" font-size="6" font-weight="600">${title}</text>`,
    ...lines.map(
      (line, i) => `<text x="${margin}" y="${margin + (i + 1.5) * lineHeight}">${escaped(line)}</text>`,
    ),
    "</g>",
    ...drawn,
    "</svg>",
  ].join("\n");
}

function linesOf({ tap, segment, log }: TapProof, words: SlipWords): string[] {
  return [
    words.whereabouts(tap.epoch, segment.id),
    words.digest(tap.digest.slice(0, 32)),
    `${tap.digest.slice(32)}`,
    log === null ? words.notLogged : words.logged(new Date(log.entry.atEpochMs).toISOString()),
    words.howTo,
  ];
}

function drawCode(
  code: string,
  index: number,
  of: number,
  { side, top, words }: { side: number; top: number; words: SlipWords },
): string {
  const { data, size } = encode(code, { ecc: "L", border: quietModules });
  const [x, y] = [(width - side) / 2, top + index * (side + captionHeight)];
  const caption = escaped(of === 1 ? words.wholeCode : words.codeOf(index + 1, of));
  return [
    `<g class="code" transform="translate(${x} ${y})">`,
    `<rect width="${side}" height="${side}" fill="#fff"/>`,
    `<path transform="scale(${side / size})" fill="#000" shape-rendering="crispEdges" d="${data.map(rowPath).join("")}"/>`,
    "</g>",
    `<text x="${width / 2}" y="${y + side + 3}" text-anchor="middle" font-family="system-ui, sans-serif" font-size="3.6">${caption}</text>`,
  ].join("\n");
}

/** The dark modules of a row, neighbours together. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const start = x;
    while (row[x + 1] === true) x += 1;
    path += `M${start} ${y}h${x + 1 - start}v1H${start}z`;
  }
  return path;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\p{Cc}/gu, " ");
