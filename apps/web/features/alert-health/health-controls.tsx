import { type HealthSpanMs, healthSpansMs, mostOperators } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/health-controls.ts";
import { cn } from "../../ui/cn.ts";

/** As people say it. */
function spanName(spanMs: HealthSpanMs): string {
  const hours = spanMs / 3_600_000;
  return hours === 24 ? "24 h" : `${hours / 24} d`;
}

/** How far to look back, and between how many people alerts are shared. */
export function HealthControls({
  spanMs,
  setSpan,
  operators,
  setOperators,
}: {
  spanMs: HealthSpanMs;
  setSpan: (ms: HealthSpanMs) => void;
  operators: number;
  setOperators: (operators: number) => void;
}) {
  return (
    <>
      <fieldset className="flex gap-1">
        <legend className="sr-only">{strings.lookBack}</legend>
        {healthSpansMs.map((ms) => (
          <button
            key={ms}
            type="button"
            aria-pressed={ms === spanMs}
            onClick={() => setSpan(ms)}
            className={cn(
              "h-8 rounded-md border px-2.5 text-sm",
              ms === spanMs
                ? "border-line-strong bg-surface font-medium"
                : "border-transparent text-ink-soft hover:bg-raised",
            )}
          >
            {spanName(ms)}
          </button>
        ))}
      </fieldset>
      <label className="flex items-center gap-2 text-sm text-ink-soft">
        {strings.operatorsOnShift}
        <input
          type="number"
          min={1}
          max={mostOperators}
          value={operators}
          onFocus={(event) => event.target.select()}
          onChange={(event) =>
            setOperators(Math.min(mostOperators, Math.max(1, Math.trunc(Number(event.target.value)) || 1)))
          }
          className="figure h-8 w-16 rounded-md border border-line-strong bg-surface px-2 text-sm"
        />
      </label>
    </>
  );
}
