import type { AddressForm } from "../../client/use-address-view.ts";
import { type SegmentShow, segmentShows } from "../../contracts/archive.ts";

/** Which segments are looked at, and what is open: all of it stands in the address. */
export interface ArchiveView {
  state: SegmentShow;
  site: string | null;
  /** Those that this archive holds. */
  target: string | null;
  /** Part of the object's address. */
  text: string;
  /** What is open beside the list: `segment/<id>` or `archive/<name>`. */
  open: string | null;
}

export const archiveAddress: AddressForm<ArchiveView> = {
  read: (params) => ({
    state: segmentShows.find((known) => known === params.get("show")) ?? "all",
    site: params.get("site") || null,
    target: params.get("in") || null,
    text: params.get("words") ?? "",
    open: /^(?:segment|archive)\/./.test(params.get("open") ?? "") ? params.get("open") : null,
  }),
  write: ({ state, site, target, text, open }) => {
    const params = new URLSearchParams();
    if (state !== "all") params.set("show", state);
    if (site !== null) params.set("site", site);
    if (target !== null) params.set("in", target);
    if (text !== "") params.set("words", text);
    if (open !== null) params.set("open", open);
    return params.size === 0 ? "" : `?${params}`;
  },
};

/** Which refused taps are looked at, and which of them is open. */
export interface RefusedView {
  reason: string | null;
  site: string | null;
  agent: string | null;
  /** Name of the tap that is open beside the list: `<agent>/<epoch>/<seq>`. */
  open: string | null;
}

export const refusedAddress: AddressForm<RefusedView> = {
  read: (params) => ({
    reason: params.get("reason") || null,
    site: params.get("site") || null,
    agent: params.get("agent") || null,
    open: params.get("tap") || null,
  }),
  write: ({ reason, site, agent, open }) => {
    const params = new URLSearchParams();
    if (reason !== null) params.set("reason", reason);
    if (site !== null) params.set("site", site);
    if (agent !== null) params.set("agent", agent);
    if (open !== null) params.set("tap", open);
    return params.size === 0 ? "" : `?${params}`;
  },
};
