/** A short piece of a series' line, for legends. */
export function LineSample({ spec }: { spec: { color: string; dash?: string } }) {
  return (
    <svg aria-hidden width="22" height="8" className="shrink-0">
      <line
        x1="0"
        x2="22"
        y1="4"
        y2="4"
        stroke={`var(${spec.color})`}
        strokeWidth="2"
        strokeDasharray={spec.dash}
      />
    </svg>
  );
}
