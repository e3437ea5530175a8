import {
  Archive,
  ArrowLeftRight,
  BellRing,
  BookOpenText,
  Bot,
  GitBranch,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Nfc,
  Route,
  ScrollText,
  Settings,
} from "lucide-react";

/** Something of the console that has an address, as its navigation, its keys and its palette name it. */
export interface Place {
  href: string;
  /** In the navigation: short. */
  name: string;
  /** In sentences: "Go to …". */
  called: string;
  /** Goes there after `g`. */
  key: string;
}

export interface ConsolePage extends Place {
  Icon: LucideIcon;
  /** What stands below the page: tabs lead from one to the other. The page itself is the first, by this name. */
  parts?: { own: string; others: readonly Place[] };
}

/** In the order of the navigation: what is looked at most comes first. */
export const consolePages: readonly ConsolePage[] = [
  { href: "/", name: "Overview", called: "the overview", Icon: LayoutDashboard, key: "o" },
  {
    ...{ href: "/alerts", name: "Alerts", called: "the alerts", Icon: BellRing, key: "a" },
    parts: {
      own: "All alerts",
      others: [
        { href: "/alerts/rules", name: "Rules", called: "the rules of alerts", key: "d" },
        { href: "/alerts/channels", name: "Channels", called: "the channels of alerts", key: "c" },
        { href: "/alerts/health", name: "Health", called: "the health of the alarm system", key: "m" },
      ],
    },
  },
  { href: "/agents", name: "Agents", called: "readers & agents", Icon: Nfc, key: "r" },
  { href: "/taps", name: "Taps", called: "the trace of a tap", Icon: Route, key: "t" },
  {
    ...{ href: "/archive", name: "Archive", called: "segments & archive", Icon: Archive, key: "s" },
    parts: {
      own: "Segments",
      others: [
        { href: "/archive/quarantine", name: "Quarantine", called: "taps in quarantine", key: "q" },
        { href: "/archive/holds", name: "Holds", called: "holds & expiry", key: "e" },
      ],
    },
  },
  { href: "/keys", name: "Keys", called: "the keys", Icon: KeyRound, key: "k" },
  {
    ...{ href: "/releases", name: "Releases", called: "the releases of services", Icon: GitBranch, key: "l" },
    parts: {
      own: "Services",
      others: [{ href: "/releases/history", name: "History", called: "the history of releases", key: "z" }],
    },
  },
  {
    ...{ href: "/noops", name: "NoOps", called: "NoOps", Icon: Bot, key: "n" },
    parts: {
      own: "Decisions",
      others: [
        { href: "/noops/rules", name: "Rules", called: "the rules of NoOps", key: "y" },
        { href: "/noops/replicas", name: "Replicas", called: "the replicas of services", key: "v" },
      ],
    },
  },
  { href: "/audit", name: "Audit", called: "the audit log", Icon: ScrollText, key: "u" },
  { href: "/handover", name: "Handover", called: "the shift handover", Icon: ArrowLeftRight, key: "h" },
  { href: "/runbooks", name: "Runbooks", called: "the runbooks", Icon: BookOpenText, key: "b" },
  {
    ...{ href: "/settings", name: "Settings", called: "the settings", Icon: Settings, key: "p" },
    parts: {
      own: "You",
      others: [
        { href: "/settings/people", name: "People", called: "the people of this console", key: "f" },
        { href: "/settings/tokens", name: "API tokens", called: "the API tokens", key: "x" },
        { href: "/settings/installation", name: "Installation", called: "the installation", key: "i" },
      ],
    },
  },
];

/** So many pages stand at the bottom of a phone; the rest is behind "More". */
export const pagesOnPhone = 4;

/** Every place that `g` and a key lead to. */
export const places: readonly Place[] = consolePages.flatMap((page) => [page, ...(page.parts?.others ?? [])]);

/** The page for a screen on a wall has no navigation, and no place in one. */
export const wallPath = "/wall";
export const wallKey = "w";

/** Whether `path` is the page or one below it. */
export function isAt({ href }: Pick<Place, "href">, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
