"use client";

import { type ReactElement, useRef } from "react";
import { ResponsiveContainer } from "recharts";
import { ChartMenu, type ChartMenuProps } from "./menu.tsx";

/** What a chart stands in, as large as its place: it can be taken away by a menu in the corner above, which has to be free. */
export function ChartFrame({
  children,
  ...rest
}: Omit<ChartMenuProps, "frame"> & {
  /** Of recharts. */
  children: ReactElement;
}) {
  const frame = useRef<HTMLDivElement>(null);
  return (
    <div ref={frame} className="relative h-full">
      <div className="absolute -top-8 right-0 print:hidden">
        <ChartMenu frame={frame} {...rest} />
      </div>
      <ResponsiveContainer width="100%" height="100%">
        {children}
      </ResponsiveContainer>
    </div>
  );
}
