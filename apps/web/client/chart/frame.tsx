"use client";

import { type ReactElement, type RefObject, useEffect, useRef } from "react";
import { ResponsiveContainer } from "recharts";
import { cn } from "../../ui/cn.ts";
import { ChartMenu, type ChartMenuProps } from "./menu.tsx";
import type { Zoom } from "./use-zoom.ts";
import { Zoomed } from "./zoomed.tsx";

/**
 * What a chart stands in, as large as its place: it can be taken away by a menu in the corner above, which has to be free. One that has a
 * zoom is looked at closer by that menu, too, and by keys while it has the focus.
 */
export function ChartFrame({
  children,
  ...rest
}: Omit<ChartMenuProps, "frame"> & {
  /** Of recharts. */
  children: ReactElement;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const { zoom } = rest;
  useZoomKeys(frame, zoom);
  return (
    <div ref={frame} className={cn("relative flex h-full flex-col", zoom !== undefined && "select-none")}>
      <div className="absolute -top-8 right-0 print:hidden">
        <ChartMenu frame={frame} {...rest} />
      </div>
      {zoom === undefined ? null : <Zoomed zoom={zoom} />}
      <div className="min-h-0 flex-1">
        <ResponsiveContainer width="100%" height="100%">
          {children}
        </ResponsiveContainer>
      </div>
    </div>
  );
}

const zoomKeys: Record<string, (zoom: Zoom) => void> = {
  "+": ({ closer }) => closer(),
  "=": ({ closer }) => closer(),
  "-": ({ farther }) => farther(),
  "0": ({ showAll }) => showAll(),
  "Shift+ArrowLeft": ({ earlier }) => earlier(),
  "Shift+ArrowRight": ({ later }) => later(),
};

/** Before the chart itself, whose arrow keys go from point to point, and before the page. */
function useZoomKeys(frame: RefObject<HTMLElement | null>, zoom: Zoom | undefined): void {
  const current = useRef(zoom);
  useEffect(() => {
    current.current = zoom;
  });
  useEffect(() => {
    const element = frame.current;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act =
        zoomKeys[event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key];
      if (act === undefined || current.current === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      act(current.current);
    };
    element?.addEventListener("keydown", onKeyDown);
    return () => element?.removeEventListener("keydown", onKeyDown);
  }, [frame]);
}
