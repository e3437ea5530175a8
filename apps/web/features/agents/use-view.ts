"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { type AgentsView, readView, writeView } from "./view.ts";

/** The view, which the address holds, too, and a way to another one: opening an agent is a step that the browser's Back undoes. */
export function useView(): { view: AgentsView; change: (given: Partial<AgentsView>) => void } {
  const params = useSearchParams();
  const path = usePathname();
  const [view, setView] = useState(() => readView(params));
  useEffect(() => {
    // The router tells of an address some time later: what was typed meanwhile is not undone by it.
    const now = new URLSearchParams(window.location.search);
    if (now.toString() === params.toString()) setView(readView(params));
  }, [params]);
  const change = (given: Partial<AgentsView>) => {
    const before = readView(new URLSearchParams(window.location.search));
    const next = { ...before, ...given };
    setView(next);
    const address = `${path}${writeView(next)}`;
    if (before.open === null && next.open !== null) window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  };
  return { view, change };
}
