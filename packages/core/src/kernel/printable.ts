/**
 * Text that may hold what a server, a reader or a person said, as a terminal may be given it: a control character or one that
 * turns the direction of writing is shown as "?", for it could move the cursor, hide words, or write a line that we never wrote.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, "?");
}

/** As `printable`, for what must stay on its line. */
export function printableLine(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
