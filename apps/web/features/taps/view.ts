import type { AddressForm } from "../../client/use-address-view.ts";
import { readTapName, writeTapName } from "../../contracts/tap-name.ts";
import type { ListedTaps } from "../../contracts/taps.ts";

/** Whose taps are looked at, and which of them is open: all of it stands in the address. */
export interface TapsView {
  /** An agent, a site or a tracker; "" = of all. */
  of: string;
  /** The tap that is open beside the list, by its name. */
  open: string | null;
}

function readView(params: Pick<URLSearchParams, "get">): TapsView {
  return { of: params.get("of") ?? "", open: params.get("tap") || null };
}

function writeView({ of, open }: TapsView): string {
  const params = new URLSearchParams();
  if (of !== "") params.set("of", of);
  if (open !== null) params.set("tap", open);
  return params.size === 0 ? "" : `?${params}`;
}

export const tapsAddress: AddressForm<TapsView> = { read: readView, write: writeView };

/** What a search is for: one tap, or whose taps. */
export function viewOfSearch(text: string): Partial<TapsView> {
  const name = readTapName(text);
  return name === null ? { of: text.trim(), open: null } : { open: writeTapName(name) };
}

/** The name by which a line's tap is opened: of several the last one. */
export function nameOfRow({ who, epoch, lastSeq: seq }: ListedTaps, isTracker: boolean): string {
  return writeTapName(
    isTracker ? { by: "tracker", tracker: who, epoch, seq } : { by: "agent", agent: who, epoch, seq },
  );
}
