"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { PageFacts } from "../contracts/page.ts";

type SignedIn = NonNullable<PageFacts["viewer"]>;

const ViewerContext = createContext<SignedIn | null>(null);

/** Tells everything within who looks at the page. */
export function ViewerProvider({ viewer, children }: { viewer: SignedIn; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** The id of whoever looks at the page; "" for nobody. */
export function useViewerId(): string {
  return useContext(ViewerContext)?.id ?? "";
}

/** True for admins; checked again by the server, too. */
export function useMayAdminister(): boolean {
  return useContext(ViewerContext)?.role === "admin";
}

/** True for operators and admins. The server checks it again: this only says beforehand what it will say. */
export function useMayOperate(): boolean {
  const role = useContext(ViewerContext)?.role;
  return role === "operator" || role === "admin";
}

/** The sites that whoever looks at the page sees, and no others; `null`: the whole installation. */
export function useSites(): readonly string[] | null {
  return useContext(ViewerContext)?.sites ?? null;
}
