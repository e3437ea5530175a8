import type { Comparison, Simulated } from "@tapline/core/balance";
import { timeMarks } from "./time-marks.ts";

const [width, panelHeight, left, top, gap] = [1_200, 220, 70, 60, 46];
/** Colours that are told apart by those who see few, in the order of the scalers (Okabe and Ito 2008). */
const colours = ["#0072b2", "#d55e00", "#777777", "#009e73"];
/** Points of a line: of more minutes the highest of each piece is drawn. */
const mostPoints = 600;

/** What a simulation came to, as a picture: of each service its load, the replicas under each scaler, and the minutes that failed. */
export function plotSvg(comparisons: readonly Comparison[]): string {
  const height = top + comparisons.length * (panelHeight + gap);
  const panels = comparisons.map((comparison, index) => panel(comparison, top + index * (panelHeight + gap)));
  const names = comparisons[0]?.results.map(({ scaler }) => scaler) ?? [];
  const legend = ["load", ...names].map(
    (name, index) =>
      `<tspan fill="${index === 0 ? "#bbbbbb" : colourOf(index - 1)}" dx="${index === 0 ? 0 : 24}">■ ${escaped(name)}</tspan>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${left}" y="28">${legend.join("")}</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel({ service, results }: Comparison, y: number): string {
  const innerWidth = width - left - 20;
  const lanes = results.length;
  const chartHeight = panelHeight - lanes * laneHeight;
  const most = Math.max(1, ...results.flatMap(({ minutes }) => minutes.map(({ replicas }) => replicas)));
  const load = results[0]?.minutes.map(({ arrivalsPerSecond }) => arrivalsPerSecond) ?? [];
  const mostLoad = Math.max(1e-9, ...load);
  const at = { x: left, y, width: innerWidth, height: chartHeight };
  return [
    `<text x="${left}" y="${y - 6}" font-weight="bold">${escaped(service)}: replicas, at most ${Math.ceil(most)}; load, at most ${Number(mostLoad.toPrecision(3))}/s</text>`,
    ...axes(load.length, most, at, y + panelHeight),
    line(load, mostLoad, at, "#bbbbbb", 1),
    ...results.map((run, index) =>
      line(
        run.minutes.map(({ replicas }) => replicas),
        most,
        at,
        colourOf(index),
        1.5,
      ),
    ),
    ...results.map((run, index) => lane(run, index, y + chartHeight + index * laneHeight, innerWidth)),
    `<rect x="${left}" y="${y}" width="${innerWidth}" height="${chartHeight}" fill="none" stroke="#cccccc"/>`,
  ].join("\n");
}

type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** What the height says, and times, from top to bottom so that one is found in all of a panel. */
function axes(
  minutes: number,
  most: number,
  { x, y, width: across, height }: Place,
  bottom: number,
): string[] {
  const scale = [`${Math.ceil(most)}`, "0"].map(
    (text, index) =>
      `<text x="${x - 6}" y="${round(y + index * height + (index === 0 ? 10 : -1))}" text-anchor="end" font-size="11">${text}</text>`,
  );
  const times = timeMarks(minutes).flatMap(({ minute, label }) => {
    const at = round(x + (minute / minutes) * across);
    return [
      `<path d="M${at} ${y}V${bottom}" stroke="#e5e5e5"/>`,
      `<text x="${at}" y="${bottom + 13}" text-anchor="middle" font-size="11">${label}</text>`,
    ];
  });
  return [...scale, ...times];
}

const laneHeight = 14;

/** The minutes in which a scaler kept too few, one mark each. */
function lane(
  { minutes, violationMinutes }: Simulated,
  index: number,
  y: number,
  innerWidth: number,
): string {
  const step = innerWidth / Math.max(1, minutes.length);
  const marks = minutes.flatMap(({ isViolated }, minute) =>
    isViolated ? [`M${round(left + minute * step)} ${y + 3}v${laneHeight - 5}`] : [],
  );
  return [
    `<path d="${marks.join("")}" stroke="${colourOf(index)}" stroke-width="${round(Math.max(1, step))}"/>`,
    `<text x="${left - 6}" y="${y + 11}" text-anchor="end" font-size="11" fill="${colourOf(index)}">${violationMinutes} min</text>`,
  ].join("\n");
}

function line(
  values: readonly number[],
  most: number,
  at: Place,
  colour: string,
  strokeWidth: number,
): string {
  const piece = Math.max(1, Math.ceil(values.length / mostPoints));
  const points: string[] = [];
  for (let index = 0; index < values.length; index += piece) {
    const value = Math.max(...values.slice(index, index + piece));
    const x = at.x + (index / Math.max(1, values.length - 1)) * at.width;
    points.push(`${round(x)},${round(at.y + at.height * (1 - value / most))}`);
  }
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="${strokeWidth}"/>`;
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? "black";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
