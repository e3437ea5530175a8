import { places } from "../pages.ts";

/** What a page is called that a view is of; `null`: this version has none at that path. */
export function pageOf(path: string): string | null {
  return places.find(({ href }) => href === path)?.name ?? null;
}

/** What stands behind a path, as people read it: `severity critical · mine 1`. "" for the usual view. */
export function wordsOf(search: string): string {
  return [...new URLSearchParams(search)].map(([name, value]) => `${name} ${value}`).join(" · ");
}
