import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

function tokensIn(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(selector)).split("}", 1)[0] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name!, hex!]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const text: [on: string, names: string[]][] = [
  ["surface", ["ink", "ink-soft", "ink-faint", "stale", "warning", "critical", "focus"]],
  ["page", ["ink", "ink-soft", "ink-faint", "stale"]],
  ["raised", ["ink", "ink-soft", "ink-faint", "stale"]],
  ["warning-surface", ["warning", "ink", "ink-faint", "stale"]],
  ["critical-surface", ["critical", "ink", "ink-faint", "stale"]],
  ["info-surface", ["info", "ink"]],
  ["action", ["on-action"]],
];
const graphics = [
  "line-strong",
  "focus",
  "chart-in",
  "chart-archived",
  "chart-p50",
  "chart-p95",
  "chart-p99",
];

describe.each([
  ["light", ":root", 4.5, 3],
  ["dark", '[data-theme="dark"]', 4.5, 3],
  ["high contrast, light", "@utility high-contrast-light", 7, 4.5],
  ["high contrast, dark", "@utility high-contrast-dark", 7, 4.5],
])("in %s", (_name, selector, leastOfText, leastOfGraphics) => {
  const tokens = tokensIn(selector);
  const of = (name: string) => tokens.get(name) ?? expect.unreachable(`no token ${name}`);

  test.each(text)("words on %s can be read", (on, names) => {
    for (const name of names) expect(contrast(of(name), of(on)), name).toBeGreaterThanOrEqual(leastOfText);
  });

  test("lines of charts and edges of fields can be seen", () => {
    for (const name of graphics)
      expect(contrast(of(name), of("surface")), name).toBeGreaterThanOrEqual(leastOfGraphics);
  });

  test("nothing that another theme has is missing", () => {
    expect([...tokens.keys()].toSorted()).toEqual([...tokensIn(":root").keys()].toSorted());
  });

  test("the grid of a chart stays behind every line", () => {
    const grid = contrast(of("chart-grid"), of("surface"));
    for (const name of ["chart-in", "chart-archived", "chart-p50"]) {
      expect(contrast(of(name), of("surface")), name).toBeGreaterThan(2 * grid);
    }
  });
});
