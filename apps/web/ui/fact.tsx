import type { ReactNode } from "react";

/** A figure under its name, with what else there is to say of it; one in a `<dl>`. */
export function Fact({
  name,
  value,
  note = null,
  isBad = false,
}: {
  name: string;
  value: string;
  note?: ReactNode;
  isBad?: boolean;
}) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-faint">{name}</dt>
      <dd className={isBad ? "figure mt-0.5 text-sm font-medium text-warning" : "figure mt-0.5 text-sm"}>
        {isBad ? <span aria-hidden>▲ </span> : null}
        {value}
      </dd>
      {note === null ? null : <dd className="age text-xs text-ink-faint">{note}</dd>}
    </div>
  );
}
