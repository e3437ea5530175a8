import { ReferenceArea } from "recharts";

/** The names of ticks, in every chart. */
export const tick = { fill: "var(--ink-faint)", fontSize: 11, fontFamily: "var(--font-mono)" };

/** What gaps are filled with: by `url(#id)`. */
export function GapHatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" stroke="var(--chart-gap)" strokeWidth="1" />
      </pattern>
    </defs>
  );
}

/** What the pointer is drawn over, ms since 1970. */
export function DrawnOver({ fromEpochMs, untilEpochMs }: { fromEpochMs: number; untilEpochMs: number }) {
  return (
    <ReferenceArea x1={fromEpochMs} x2={untilEpochMs} fill="var(--focus)" fillOpacity={0.15} stroke="none" />
  );
}

/** The hollow end of a line: what is still being counted. Drawn at that row alone; every dot has to be an element. */
export function HollowEnd({
  cx,
  cy,
  stroke,
  isUnfinished,
}: {
  cx: number | undefined;
  cy: number | null | undefined;
  stroke: string;
  isUnfinished: boolean;
}) {
  if (!isUnfinished || cy === undefined || cy === null) return <g />;
  return <circle {...{ cx, cy, stroke, r: 3, strokeWidth: 1.25 }} fill="var(--surface)" />;
}
