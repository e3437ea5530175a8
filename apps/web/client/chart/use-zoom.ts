"use client";

import { useAddressPart } from "../use-address-part.ts";
import { moved, readStretch, type Stretch, scaled, within, writeStretch, zoomName } from "./stretch.ts";

/** What of a chart is looked at. All charts of a page look at the same; the address says what. */
export interface Zoom {
  shown: Stretch;
  /** False while all is shown. */
  isZoomed: boolean;
  /** The address names a stretch of which this chart has nothing. */
  isElsewhere: boolean;
  show: (stretch: Stretch) => void;
  showAll: () => void;
  /** Half as much, or twice. */
  closer: () => void;
  farther: () => void;
  /** By half of what is shown. */
  earlier: () => void;
  later: () => void;
}

/** @param stepMs what lies between two points */
export function useZoom(whole: Stretch, stepMs: number): Zoom {
  const address = useAddressPart(zoomName);
  const wanted = readStretch(address.value);
  const partOf = (stretch: Stretch | null) => (stretch === null ? null : within(stretch, whole, stepMs));
  const zoomed = partOf(wanted);
  const shown = zoomed ?? whole;
  // The router tells of an address some time later: a key that is pressed twice goes on from what the first press asked for.
  const now = () => partOf(readStretch(address.now())) ?? whole;
  const show = (stretch: Stretch) => {
    const next = within(stretch, whole, stepMs);
    address.set(next === null ? null : writeStretch(next));
  };
  return {
    ...{ shown, isZoomed: zoomed !== null, show },
    isElsewhere: wanted !== null && !meet(wanted, whole),
    showAll: () => show(whole),
    closer: () => show(scaled(now(), 0.5)),
    farther: () => show(scaled(now(), 2)),
    earlier: () => show(moved(now(), whole, -0.5)),
    later: () => show(moved(now(), whole, 0.5)),
  };
}

function meet(one: Stretch, other: Stretch): boolean {
  return one.untilEpochMs > other.fromEpochMs && one.fromEpochMs < other.untilEpochMs;
}
