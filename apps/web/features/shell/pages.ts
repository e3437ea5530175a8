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
import * as strings from "../../strings/generated/shell/pages.ts";

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
  /** Also for those who see some sites only, without the parts below it; left out, it is of the whole installation. */
  ofSites?: true;
  /** What stands below the page: tabs lead from one to the other. The page itself is the first, by this name. */
  parts?: { own: string; others: readonly Place[] };
}

/** In the order of the navigation: what is looked at most comes first. */
export const consolePages: readonly ConsolePage[] = [
  {
    href: "/",
    name: strings.overview,
    called: strings.theOverview,
    Icon: LayoutDashboard,
    key: "o",
    ofSites: true,
  },
  {
    ...{ href: "/alerts", name: strings.alerts, called: strings.theAlerts, Icon: BellRing, key: "a" },
    ofSites: true,
    parts: {
      own: strings.allAlerts,
      others: [
        { href: "/alerts/rules", name: strings.rules, called: strings.theRulesOfAlerts, key: "d" },
        { href: "/alerts/channels", name: strings.channels, called: strings.theChannelsOfAlerts, key: "c" },
        { href: "/alerts/health", name: strings.health, called: strings.theHealthOfTheAlarm, key: "m" },
      ],
    },
  },
  {
    href: "/agents",
    name: strings.agents,
    called: strings.readersAgents,
    Icon: Nfc,
    key: "r",
    ofSites: true,
  },
  {
    href: "/taps",
    name: strings.taps,
    called: strings.theTraceOfATap,
    Icon: Route,
    key: "t",
    ofSites: true,
  },
  {
    ...{ href: "/archive", name: strings.archive, called: strings.segmentsArchive, Icon: Archive, key: "s" },
    parts: {
      own: strings.segments,
      others: [
        { href: "/archive/quarantine", name: strings.quarantine, called: strings.tapsInQuarantine, key: "q" },
        { href: "/archive/holds", name: strings.holds, called: strings.holdsExpiry, key: "e" },
      ],
    },
  },
  { href: "/keys", name: strings.keys, called: strings.theKeys, Icon: KeyRound, key: "k" },
  {
    ...{
      href: "/releases",
      name: strings.releases,
      called: strings.theReleasesOfServices,
      Icon: GitBranch,
      key: "l",
    },
    parts: {
      own: strings.services,
      others: [
        { href: "/releases/rules", name: strings.rules, called: strings.theReleasesOfRules, key: "j" },
        { href: "/releases/history", name: strings.history, called: strings.theHistoryOfReleases, key: "z" },
      ],
    },
  },
  {
    ...{ href: "/noops", name: strings.noOps, called: strings.noOps, Icon: Bot, key: "n" },
    parts: {
      own: strings.decisions,
      others: [
        { href: "/noops/rules", name: strings.rules, called: strings.theRulesOfNoOps, key: "y" },
        { href: "/noops/replicas", name: strings.replicas, called: strings.theReplicasOfServices, key: "v" },
      ],
    },
  },
  { href: "/audit", name: strings.audit, called: strings.theAuditLog, Icon: ScrollText, key: "u" },
  {
    href: "/handover",
    name: strings.handover,
    called: strings.theShiftHandover,
    Icon: ArrowLeftRight,
    key: "h",
  },
  {
    href: "/runbooks",
    name: strings.runbooks,
    called: strings.theRunbooks,
    Icon: BookOpenText,
    key: "b",
    ofSites: true,
  },
  {
    ...{ href: "/settings", name: strings.settings, called: strings.theSettings, Icon: Settings, key: "p" },
    ofSites: true,
    parts: {
      own: strings.you,
      others: [
        { href: "/settings/people", name: strings.people, called: strings.thePeopleOfThisConsole, key: "f" },
        { href: "/settings/tokens", name: strings.apiTokens, called: strings.theApiTokens, key: "x" },
        {
          href: "/settings/installation",
          name: strings.installation,
          called: strings.theInstallation,
          key: "i",
        },
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

/** The pages of those who see these sites; null: of those who see the whole. */
export function pagesFor(sites: readonly string[] | null): readonly ConsolePage[] {
  if (sites === null) return consolePages;
  return consolePages.filter(({ ofSites }) => ofSites).map(({ parts: _, ...page }) => page);
}

export const placesFor = (sites: readonly string[] | null): readonly Place[] =>
  sites === null ? places : pagesFor(sites);

/** Whether whoever sees these sites may look at what stands at `path`. */
export function isOpenTo(path: string, sites: readonly string[] | null): boolean {
  if (sites === null) return true;
  const isOfWhole = consolePages.some(({ parts }) => parts?.others.some((part) => isAt(part, path)));
  return !isOfWhole && pagesFor(sites).some((page) => isAt(page, path));
}

/** Whether `path` is the page or one below it. */
export function isAt({ href }: Pick<Place, "href">, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
