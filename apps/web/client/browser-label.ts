/** The first that is in a browser's name for itself: most name others, too, to be taken for them. */
const browsers = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;

const systems = [
  ["Android", "Android"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["Linux", "Linux"],
] as const;

/** By which a person knows one of their browsers, as "Firefox on Windows". */
export function browserLabel(userAgent: string): string {
  const nameIn = (known: readonly (readonly [string, string])[]) =>
    known.find(([mark]) => userAgent.includes(mark))?.[1];
  const [browser, system] = [nameIn(browsers) ?? "A browser", nameIn(systems)];
  return system === undefined ? browser : `${browser} on ${system}`;
}
