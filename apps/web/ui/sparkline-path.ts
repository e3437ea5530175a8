/** What a sparkline draws, in a box of `width` × `height`. */
export interface SparklineShape {
  /** SVG path data; pieces are apart where values are missing. */
  path: string;
  /** The last value, where there is one. */
  end: { x: number; y: number } | null;
}

/**
 * Values at even distances to a path: zero is the floor, the highest value the ceiling, `null` a hole. A lone
 * value between two holes becomes a short dash, so that it can be seen.
 */
export function sparklinePath(
  values: readonly (number | null)[],
  box: { width: number; height: number },
): SparklineShape {
  const ceiling = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const step = values.length > 1 ? box.width / (values.length - 1) : 0;
  const y = (value: number) => round(box.height - (ceiling === 0 ? 0 : (value / ceiling) * box.height));
  let path = "";
  let isPenDown = false;
  values.forEach((value, index) => {
    if (value === null) {
      isPenDown = false;
      return;
    }
    const isAlone = !isPenDown && (values[index + 1] ?? null) === null;
    path += `${isPenDown ? "L" : "M"}${round(index * step)} ${y(value)}${isAlone ? "h0.5" : ""}`;
    isPenDown = true;
  });
  const last = values.at(-1) ?? null;
  return { path, end: last === null ? null : { x: round((values.length - 1) * step), y: y(last) } };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
