/** What stands around a chart where it stands alone. */
export interface ChartWords {
  title: string;
  /** Over what time, by which unit, in which zone. */
  note: string;
  /** Its lines; none where there is one alone. */
  legend: readonly {
    label: string;
    /** A colour token. */
    color: string;
    dash?: string;
  }[];
}

const margin = 16;
const rowHeight = 18;
/** Narrower ones have no room for their words, px. */
const leastWidth = 560;
/** About how wide a letter of the note is, px. */
const letterWidth = 6;
/** Dots of the picture for each of the screen's: enough for paper. */
const scale = 3;
const svgSpace = "http://www.w3.org/2000/svg";
/** What points at something, as it happens to be now. */
const passing = ".recharts-tooltip-cursor, .recharts-active-dot";

/** The chart as it is drawn now, in the colours of paper, with its words: an SVG that needs nothing of the page. */
export function drawOnPaper(chart: SVGSVGElement, words: ChartWords): SVGSVGElement {
  const size = { width: chart.clientWidth, height: chart.clientHeight };
  const width = Math.max(size.width, leastWidth) + 2 * margin;
  const lines = [
    { text: words.title, "font-size": 15, "font-weight": 600, fill: "var(--ink)" },
    ...linesOf(words.note, (width - 2 * margin) / letterWidth).map((text) => ({
      ...{ text, "font-size": 11, fill: "var(--ink-faint)" },
    })),
  ];
  const legendY = margin + lines.length * rowHeight + 12;
  const top = words.legend.length === 0 ? legendY : legendY + rowHeight;
  const height = top + size.height + margin;
  const drawn = element("svg", { xmlns: svgSpace, width, height, viewBox: `0 0 ${width} ${height}` });
  drawn.append(element("rect", { width, height, fill: "var(--surface)" }));
  for (const [row, { text, ...look }] of lines.entries())
    drawn.append(textOf(text, { x: margin, y: margin + 12 + row * rowHeight, ...look }));
  drawn.append(...legendOf(words.legend, legendY), chartOf(chart, { ...size, x: margin, y: top }));
  return resolved(drawn);
}

/** As a picture of dots. @throws where the browser cannot draw it */
export async function pngOf(drawn: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawn))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * scale;
  canvas.height = image.naturalHeight * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/png"));
  if (png === null) throw new Error("this browser makes no picture of it");
  return png;
}

type Attributes = Record<string, string | number>;

function element<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Attributes) {
  const made = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function textOf(text: string, attributes: Attributes): SVGElement {
  const made = element("text", { "font-family": "var(--font-sans)", ...attributes });
  made.textContent = text;
  return made;
}

/** The words in lines of at most so many letters. */
function linesOf(note: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of note.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function legendOf(legend: ChartWords["legend"], y: number): SVGElement[] {
  let x = margin;
  return legend.flatMap(({ label, color, dash }) => {
    const line = { x1: x, x2: x + 22, y1: y - 4, y2: y - 4, stroke: `var(${color})`, "stroke-width": 2 };
    const sample = element("line", dash === undefined ? line : { ...line, "stroke-dasharray": dash });
    const name = textOf(label, { x: x + 28, y, "font-size": 11, fill: "var(--ink-soft)" });
    x += 28 + label.length * letterWidth + 24;
    return [sample, name];
  });
}

function chartOf(chart: SVGSVGElement, place: Attributes): SVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  for (const each of copy.querySelectorAll(passing)) each.remove();
  for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
  return copy;
}

/** Names no variable any more, but what paper has for it. */
function resolved(drawn: SVGSVGElement): SVGSVGElement {
  const paper = document.createElement("div");
  paper.className = "paper";
  paper.hidden = true;
  paper.append(drawn);
  document.body.append(paper);
  for (const each of [drawn, ...drawn.querySelectorAll("*")]) {
    const style = getComputedStyle(each);
    for (const { name, value } of [...each.attributes])
      if (value.includes("var(")) each.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "style", "tabindex", "role"]) each.removeAttribute(name);
  }
  paper.remove();
  return drawn;
}
