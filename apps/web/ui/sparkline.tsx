import { sparklinePath } from "./sparkline-path.ts";

const box = { width: 120, height: 28 };

/** A small trend beside a figure; the figure says it in words, so readers of the page's text miss nothing. */
export function Sparkline({ values, className }: { values: readonly (number | null)[]; className?: string }) {
  const { path, end } = sparklinePath(values, box);
  return (
    <svg
      aria-hidden
      viewBox={`-2 -3 ${box.width + 5} ${box.height + 6}`}
      preserveAspectRatio="none"
      className={className}
    >
      <line
        x1={0}
        x2={box.width}
        y1={box.height}
        y2={box.height}
        stroke="var(--line)"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={path}
        fill="none"
        stroke="var(--ink-faint)"
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      {end === null ? null : (
        <path
          d={`M${end.x} ${end.y}h0.01`}
          stroke="var(--ink)"
          strokeWidth={5}
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}
