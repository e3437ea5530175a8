"use client";

import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useState } from "react";
import { useAgentNames } from "../../../client/use-agents.ts";
import { useAlertList } from "../../../client/use-alerts.ts";
import { standingHotkeys } from "../../../client/use-hotkeys.ts";
import { useSavedViews } from "../../../client/use-saved-views.ts";
import { useSites } from "../../../client/viewer.tsx";
import { readTapName, writeTapName } from "../../../contracts/tap-name.ts";
import * as strings from "../../../strings/generated/shell/palette/use-entries.ts";
import { severityLooks } from "../../../ui/severity.tsx";
import { placesFor, wallKey, wallPath } from "../pages.ts";
import { themes } from "../themes.ts";
import { pageOf } from "../views/view-words.ts";
import type { Entry } from "./find-entries.ts";

/** Everything that can be found and done now. @param text what is typed: a tap's id is in no list that the browser has */
export function useEntries(text: string): Entry[] {
  const router = useRouter();
  const { setTheme } = useTheme();
  const sites = useSites();
  const agents = useAgentNames();
  const { alerts } = useAlertList({ view: "open" });
  const { views = [] } = useSavedViews();
  // As the page stood when the palette was opened: it is in front of it.
  const [acts] = useState(entriesOfHotkeys);
  const pages = placesFor(sites).map(({ href, called, key }) => ({
    ...{
      id: href,
      group: strings.goTo,
      name: capital(called),
      keys: ["g", key],
      run: () => router.push(href),
    },
  }));
  const wall = {
    ...{ id: wallPath, group: strings.goTo, name: strings.wallDisplay, keys: ["g", wallKey] },
    run: () => router.push(wallPath),
  };
  const looks = themes.map(({ theme, name }) => ({
    ...{
      id: `theme ${theme}`,
      group: strings.theme,
      name: strings.themeName({ name }),
      run: () => setTheme(theme),
    },
  }));
  // Names are for whoever types one: unasked they would stand before everything else.
  const named = text.trim() === "" ? [] : [...entriesOfAlerts(), ...entriesOfAgents()];
  const kept = views.flatMap(({ id, name, path, search }) => {
    const page = pageOf(path);
    if (page === null) return [];
    const run = () => router.push(`${path}${search}`);
    return [
      {
        ...{ id: `view ${id}`, group: strings.savedViews, name, aside: page },
        words: strings.pageView({ page }),
        run,
      },
    ];
  });
  return [...pages, ...(sites === null ? [wall] : []), ...kept, ...acts, ...named, ...tapNamed(), ...looks];

  function entriesOfAlerts(): Entry[] {
    return alerts.map(({ id, message, severity, ruleId, scope }) => ({
      ...{ id: `alert ${id}`, group: strings.openAlerts, name: message, aside: severityLooks[severity].word },
      words: [ruleId, ...Object.values(scope)].join(" "),
      run: () => router.push(`/alerts?${new URLSearchParams({ alert: id })}`),
    }));
  }

  function entriesOfAgents(): Entry[] {
    return agents.map(({ id, site, hostname }) => ({
      ...{
        id: `agent ${id}`,
        group: strings.agents,
        name: id,
        aside: site,
        words: `${site} ${hostname ?? ""}`,
      },
      run: () => router.push(`/agents?${new URLSearchParams({ agent: id })}`),
    }));
  }

  function tapNamed(): Entry[] {
    const wanted = text.trim();
    const tap = readTapName(wanted);
    if (tap !== null) {
      const run = () => router.push(`/taps?${new URLSearchParams({ tap: writeTapName(tap) })}`);
      return [
        { id: "tap", group: strings.taps, name: strings.findTapWanted({ wanted }), words: wanted, run },
      ];
    }
    // Agents, sites and trackers are one word.
    if (!/^\S+$/.test(wanted)) return [];
    const run = () => router.push(`/taps?${new URLSearchParams({ of: wanted })}`);
    return [
      { id: "tap", group: strings.taps, name: strings.findTapsOfWanted({ wanted }), words: wanted, run },
    ];
  }
}

/** The first keys of what leads to pages, closes something, or opens the palette. */
const unsaid = ["g", "Escape", ":", "Ctrl+k"];

/** Keys that move through a list or close something say nothing without it, and pages have entries of their own. */
function entriesOfHotkeys(): Entry[] {
  return standingHotkeys().flatMap(({ on, hotkeys }) =>
    hotkeys
      .filter(({ keys, repeats }) => !repeats && !unsaid.includes(keys[0] ?? ""))
      .map(({ keys, does }) => ({
        ...{ id: `act ${on} ${does}`, group: on, name: does, keys },
        // The page may have drawn itself anew meanwhile: what the key does then is done.
        run: () =>
          standingHotkeys()
            .find((group) => group.on === on)
            ?.hotkeys.find((hotkey) => hotkey.does === does)
            ?.run(),
      })),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
