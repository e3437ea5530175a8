import { BellRing, LayoutDashboard, type LucideIcon, Nfc } from "lucide-react";

/** A page of the console as its navigation, its keys and its palette name it. */
export interface ConsolePage {
  href: string;
  /** In the navigation: short. */
  name: string;
  /** In sentences: "Go to …". */
  called: string;
  Icon: LucideIcon;
  /** Goes there after `g`. */
  key: string;
}

/** In the order of the navigation: what is looked at most comes first. */
export const consolePages: readonly ConsolePage[] = [
  { href: "/", name: "Overview", called: "the overview", Icon: LayoutDashboard, key: "o" },
  { href: "/alerts", name: "Alerts", called: "the alerts", Icon: BellRing, key: "a" },
  { href: "/agents", name: "Agents", called: "readers & agents", Icon: Nfc, key: "r" },
];

/** Whether `path` is the page or one below it. */
export function isAt({ href }: Pick<ConsolePage, "href">, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
