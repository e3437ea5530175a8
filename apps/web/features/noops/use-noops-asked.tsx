"use client";

import dynamic from "next/dynamic";
import { loadPart } from "../../client/load-part.ts";
import { useAsked } from "../../client/use-asked.tsx";
import type { AskedAct } from "./asked.ts";

const Dialogs = dynamic(() => loadPart(() => import("./dialogs.tsx")).then((part) => part.Dialogs), {
  ssr: false,
});

/** What somebody wants to do about NoOps, on whichever of its pages. */
export function useNoopsAsked() {
  return useAsked<AskedAct>((asked, ends) => <Dialogs asked={asked} {...ends} />);
}
