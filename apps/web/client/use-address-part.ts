"use client";

import { usePathname, useSearchParams } from "next/navigation";

/** One part of the address that a piece of a page holds, beside what else stands there. */
export interface AddressPart {
  /** As the router tells it; `null`: the address does not say it. */
  value: string | null;
  /** As it stands now: the router tells of a change some time later. */
  now: () => string | null;
  /** `null` takes it out. No step for the browser's Back. */
  set: (value: string | null) => void;
}

export function useAddressPart(name: string): AddressPart {
  const path = usePathname();
  const value = useSearchParams().get(name);
  const held = () => new URLSearchParams(window.location.search);
  return {
    value,
    now: () => held().get(name),
    set: (next) => {
      const params = held();
      if (next === null) params.delete(name);
      else params.set(name, next);
      window.history.replaceState(null, "", params.size === 0 ? path : `${path}?${params}`);
    },
  };
}
