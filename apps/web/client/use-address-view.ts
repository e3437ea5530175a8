"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { noteUnread, unreadOf } from "./unread-address.ts";

/** How a page's view stands in its address. */
export interface AddressForm<View> {
  /** The view that an address names; what it does not name, or names wrongly, is as usual. */
  read: (params: Pick<URLSearchParams, "get">) => View;
  /** As it stands behind the path; "" for the usual view. */
  write: (view: View) => string;
}

/**
 * The view, which the address holds, too, and a way to another one: opening something is a step that the browser's Back undoes.
 * `form` has to be the same one at each call.
 */
export function useAddressView<View extends { open: string | null }>(
  form: AddressForm<View>,
): { view: View; change: (given: Partial<View>) => void } {
  const params = useSearchParams();
  const path = usePathname();
  const [view, setView] = useState(() => form.read(params));
  useEffect(() => {
    // The router tells of an address some time later: what was typed meanwhile is not undone by it.
    const now = new URLSearchParams(window.location.search);
    if (now.toString() === params.toString()) setView(form.read(params));
  }, [params, form]);
  useEffect(() => {
    noteUnread(unreadOf(form.read, new URLSearchParams(params)));
    return () => noteUnread([]);
  }, [params, form]);
  const change = (given: Partial<View>) => {
    const before = form.read(new URLSearchParams(window.location.search));
    const next = { ...before, ...given };
    setView(next);
    const address = `${path}${form.write(next)}`;
    if (before.open === null && next.open !== null) window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  };
  return { view, change };
}
