"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ActingPerson } from "../contracts/alerts.ts";
import { api } from "./api.ts";
import { useAsking } from "./asking.ts";

/** People come and go seldom: they are looked at so often, ms. */
const lookMs = 5 * 60_000;

/** Who may act on alerts, and their names by their ids. */
export function usePeople(): { people: readonly ActingPerson[]; names: ReadonlyMap<string, string> } {
  const { data } = useQuery({ ...api.alertBoard.people.queryOptions(), ...useAsking(lookMs) });
  const names = useMemo(() => new Map(data?.map(({ id, name }) => [id, name])), [data]);
  return { people: data ?? [], names };
}
