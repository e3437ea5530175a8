import type { ReactNode } from "react";

/** What stands in the place of a list that has nothing in it: that it has not, why, and what can be done about it. */
export function EmptyFrame({
  title,
  children,
  action,
}: {
  title?: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-sm">
        {title === undefined ? null : <p className="font-semibold">{title}</p>}
        <p className="mt-1 text-sm text-ink-soft">{children}</p>
        {action}
      </div>
    </div>
  );
}
