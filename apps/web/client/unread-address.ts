const none: readonly string[] = [];
let unread = none;
const listeners = new Set<() => void>();

/** What of the page's address says nothing to it: it was of an older version, or was mistyped. */
export const getUnread = (): readonly string[] => unread;
export const noneUnread = (): readonly string[] => none;

export function onUnread(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noteUnread(names: readonly string[]): void {
  if (unread.length === 0 && names.length === 0) return;
  unread = names.length === 0 ? none : names;
  for (const listener of listeners) listener();
}

/** The names of an address' parts without which its view would be the same. @param read as the page reads its address */
export function unreadOf<View>(read: (params: URLSearchParams) => View, params: URLSearchParams): string[] {
  const view = JSON.stringify(read(params));
  return [...new Set(params.keys())].filter((name) => {
    const others = new URLSearchParams(params);
    others.delete(name);
    return JSON.stringify(read(others)) === view;
  });
}
