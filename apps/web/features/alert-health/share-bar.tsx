/** A share of all, 0-1, drawn; `wantedRatio` as a mark. For eyes alone: the figures stand beside it. */
export function ShareBar({ ratio, wantedRatio }: { ratio: number; wantedRatio?: number }) {
  return (
    <div aria-hidden className="relative mt-1 h-1.5 rounded-full bg-info-surface">
      <div
        className="h-full rounded-full bg-[var(--chart-in)]"
        style={{ width: `${Math.min(1, ratio) * 100}%` }}
      />
      {wantedRatio === undefined ? null : (
        <div
          className="absolute -inset-y-0.5 w-0.5 rounded-full bg-ink ring-1 ring-surface"
          style={{ left: `${wantedRatio * 100}%` }}
        />
      )}
    </div>
  );
}
