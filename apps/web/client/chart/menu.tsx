"use client";

import { Download } from "lucide-react";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import * as strings from "../../strings/generated/client/chart/menu.ts";
import { dateLocale } from "../../strings/locale.ts";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { saveFile } from "../save-file.ts";
import { useTimeZone } from "../time-zone.ts";
import { ianaZone } from "../zones.ts";
import { type ChartWords, drawOnPaper, pngOf } from "./picture.ts";
import { printAlone } from "./print.ts";
import { type ChartTable, chartCsv, chartFileName } from "./table.ts";
import type { Zoom } from "./use-zoom.ts";

export interface ChartMenuProps {
  words: ChartWords;
  /** What is drawn now. */
  table: () => ChartTable;
  /** Where one can look closer. */
  zoom?: Zoom;
  /** In which the chart stands. */
  frame: RefObject<HTMLElement | null>;
}

const itemLook = "w-full justify-start";

/** Takes a chart away: its figures as a table, or as it is drawn, on paper; and looks at it closer. */
export function ChartMenu({ table, words, zoom, frame }: ChartMenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    // What stands above it may grow, or somebody scrolls: it stays at its button.
    const follow = () => place(menu.current, button.current);
    window.addEventListener("scroll", follow, { capture: true, passive: true });
    window.addEventListener("resize", follow);
    return () => {
      window.removeEventListener("scroll", follow, { capture: true });
      window.removeEventListener("resize", follow);
    };
  }, [isOpen]);
  const timeZone = ianaZone(useTimeZone());
  const drawn = () => {
    const chart = frame.current?.querySelector<SVGSVGElement>("svg.recharts-surface");
    if (chart === null || chart === undefined) throw new Error("nothing is drawn");
    return drawOnPaper(chart, { ...words, note: `${words.note} · ${spanOf(table(), timeZone)}` });
  };
  const acts = {
    [strings.csvTimesInUtc]: () =>
      saveFile(chartFileName(table(), "csv"), [chartCsv(table())], "text/csv;charset=utf-8"),
    [strings.pngForPaper]: async () =>
      saveFile(chartFileName(table(), "png"), [await pngOf(drawn())], "image/png"),
    "Print…": () => printAlone(drawn()),
  };
  const run = async (act: () => void | Promise<void>) => {
    setFailed(false);
    try {
      await act();
      menu.current?.hidePopover();
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      <Button
        ref={button}
        popoverTarget={id}
        aria-haspopup="true"
        aria-label={strings.saveOrPrintTitle({ title: words.title })}
        title={strings.saveOrPrint}
        className="size-7 px-0"
      >
        <Download aria-hidden className="size-4" />
      </Button>
      <div
        id={id}
        ref={menu}
        popover="auto"
        onBeforeToggle={({ newState }) => {
          place(menu.current, button.current);
          setOpen(newState === "open");
        }}
        className="fixed inset-auto m-0 w-48 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
      >
        {Object.entries(acts).map(([label, act]) => (
          <Button key={label} className={itemLook} onClick={() => void run(act)}>
            {label}
          </Button>
        ))}
        {zoom === undefined ? null : <ZoomItems zoom={zoom} />}
        {isFailed ? (
          <p role="alert" className="px-2.5 py-1.5 text-xs text-critical">
            {strings.thisBrowserCouldNotDo}
          </p>
        ) : null}
      </div>
    </>
  );
}

/** The menu stays: one looks closer and closer. */
function ZoomItems({ zoom }: { zoom: Zoom }) {
  const acts = [
    { label: strings.closer, key: "+", act: zoom.closer, isOff: false },
    { label: strings.farther, key: "−", act: zoom.farther, isOff: !zoom.isZoomed },
    { label: strings.earlier, key: "Shift ←", act: zoom.earlier, isOff: !zoom.isZoomed },
    { label: strings.later, key: "Shift →", act: zoom.later, isOff: !zoom.isZoomed },
    { label: strings.showAll, key: "0", act: zoom.showAll, isOff: !zoom.isZoomed },
  ];
  return (
    <>
      <hr className="my-1 border-line" />
      {acts.map(({ label, key, act, isOff }) => (
        <Button key={label} className={cn(itemLook, "disabled:opacity-60")} disabled={isOff} onClick={act}>
          {label}
          <span aria-hidden className="ml-auto">
            <Kbd>{key}</Kbd>
          </span>
        </Button>
      ))}
    </>
  );
}

/** From when until when, with the year: on a screen it is now. */
function spanOf({ rows }: ChartTable, timeZone: string): string {
  const format = new Intl.DateTimeFormat(dateLocale, { dateStyle: "medium", timeStyle: "short", timeZone });
  const [from, until] = [rows.at(0)?.fromEpochMs, rows.at(-1)?.untilEpochMs];
  return from === undefined || until === undefined ? "" : format.formatRange(from, until);
}

/** Room that the menu needs below its button, px; where there is less it opens above. */
const roomBelow = 350;

/** At its button. */
function place(menu: HTMLElement | null, button: HTMLElement | null): void {
  if (menu === null || button === null) return;
  const { clientWidth, clientHeight } = document.documentElement;
  const { top, bottom, right } = button.getBoundingClientRect();
  const isBelow = clientHeight - bottom > roomBelow;
  menu.style.right = `${clientWidth - right}px`;
  menu.style.top = isBelow ? `${bottom + 4}px` : "auto";
  menu.style.bottom = isBelow ? "auto" : `${clientHeight - top + 4}px`;
}
