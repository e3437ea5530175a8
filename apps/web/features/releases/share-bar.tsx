import type { ShiftView } from "../../contracts/releases.ts";

/** How much of what comes anew the new release has; the steps of the plan stand as ticks. */
export function ShareBar({ shift: { share, plan } }: { shift: ShiftView }) {
  return (
    <div className="mt-1 flex items-center gap-2">
      <div aria-hidden className="relative h-1.5 flex-1 rounded-full bg-raised">
        <div className="absolute inset-y-0 left-0 rounded-full bg-ink-soft" style={{ width: `${share}%` }} />
        {plan.steps.slice(0, -1).map((step) => (
          <span key={step} className="absolute inset-y-0 w-px bg-line-strong" style={{ left: `${step}%` }} />
        ))}
      </div>
      <span className="figure w-11 text-right text-xs text-ink-soft">{share} %</span>
    </div>
  );
}
