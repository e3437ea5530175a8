import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import * as strings from "../strings/generated/client/use-notified-browsers.ts";
import { adviceOf, api, apiClient } from "./api.ts";
import {
  canBeNotified,
  markOfThisBrowser,
  NotSwitchedOn,
  switchOn,
  unsubscribeHere,
} from "./this-browser.ts";

/** What can be done about notifications here. */
export type NotifiedState = "loading" | "unknown" | "impossible" | "not-set-up" | "off" | "on";

/** In which browsers whoever is signed in is notified, and whether this is one of them. */
export function useNotifiedBrowsers() {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const query = useQuery({
    queryKey: [...api.push.state.queryKey(), "here"],
    queryFn: async () => {
      const here = canBeNotified() ? await markOfThisBrowser() : null;
      return { here, ...(await apiClient.push.state.query()) };
    },
  });
  const { here = null, key = null, browsers = [], channels = [], allChannels = [] } = query.data ?? {};
  const own = browsers.find(({ mark }) => mark === here);

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFault(null);
    try {
      await work();
    } catch (error) {
      setFault(whyOf(error));
    }
    await query.refetch();
    setBusy(false);
  };
  const stateOf = (): NotifiedState => {
    if (query.data === undefined) return query.isError ? "unknown" : "loading";
    if (own !== undefined) return "on";
    if (!canBeNotified()) return "impossible";
    return key === null ? "not-set-up" : "off";
  };
  return {
    ...{ state: stateOf(), isBusy, fault },
    /** How far channels in force reach: this person's browsers, those of others alone, or none. `null`: not known. */
    reach: query.data === undefined ? null : reachOf(channels, allChannels),
    others: browsers.filter(({ mark }) => mark !== here),
    turnOn: () => run(async () => void (key !== null && (await switchOn(key)))),
    turnOff: () =>
      run(async () => {
        if (own !== undefined) await apiClient.push.unsubscribe.mutate({ id: own.id });
        await unsubscribeHere();
      }),
    turnOffOther: (id: string) => run(() => apiClient.push.unsubscribe.mutate({ id })),
  };
}

export type Reach = "own" | "others" | "none";

function reachOf(own: readonly string[], all: readonly string[]): Reach {
  if (own.length > 0) return "own";
  return all.length > 0 ? "others" : "none";
}

function whyOf(error: unknown): string {
  if (error instanceof NotSwitchedOn) return error.message;
  return adviceOf(error) ?? strings.theServerDoesNotAnswer;
}
