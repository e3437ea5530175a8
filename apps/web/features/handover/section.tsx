"use client";

import { createContext, type ReactNode, useContext } from "react";
import { formatCount } from "../../client/format.ts";

/** Behind the name of each section, so that those of several pictures on one page are told apart. */
export const SectionsOf = createContext("");

/** A part of a handover: a heading, how many, and the lines; or that there are none. */
export function Section({
  title,
  count,
  none,
  children,
}: {
  title: string;
  count: number;
  none: string;
  children: ReactNode;
}) {
  const of = useContext(SectionsOf);
  return (
    <section aria-label={`${title}${of}`} className="min-w-0 break-inside-avoid-page text-sm">
      <h2 className="mb-1.5 border-b border-line pb-1 text-xs font-semibold text-ink-soft print:text-ink">
        {title}
        {count > 1 ? <span className="figure font-normal"> {formatCount(count)}</span> : null}
      </h2>
      {count === 0 ? (
        <p className="text-ink-soft print:text-ink">{none}</p>
      ) : (
        <ul className="space-y-1.5">{children}</ul>
      )}
    </section>
  );
}

/** That something is other than it was when it was submitted. */
export function Mark({ children }: { children: ReactNode }) {
  return (
    <strong className="mr-1.5 rounded border border-line-strong px-1 text-xs font-medium">
      <span aria-hidden>● </span>
      {children}
    </strong>
  );
}
