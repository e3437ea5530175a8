"use client";

import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";
import { loadPart } from "../../../client/load-part.ts";
import { getUnread, noneUnread, onUnread } from "../../../client/unread-address.ts";

const UnreadNotice = dynamic(
  () => loadPart(() => import("./unread-notice.tsx")).then((part) => part.UnreadNotice),
  { ssr: false },
);

/** Nothing where the page understands its address. */
export function WhereUnread() {
  const names = useSyncExternalStore(onUnread, getUnread, noneUnread);
  return names.length === 0 ? null : <UnreadNotice names={names} />;
}
