"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ActingPerson } from "../contracts/alerts.ts";
import { api } from "./api.ts";
import { useAsking } from "./asking.ts";

/** People come and go seldom: they are looked at so often, ms. */
const lookMs = 5 * 60_000;

/** @param alert whoever sees this one by its id, and nobody else; left out: all who may act on alerts, and their names by their ids */
export function usePeople(alert?: string): {
  /** `undefined` until the first answer. */
  people: readonly ActingPerson[] | undefined;
  names: ReadonlyMap<string, string>;
} {
  const asked = alert === undefined ? {} : { alert };
  const { data } = useQuery({ ...api.alertBoard.people.queryOptions(asked), ...useAsking(lookMs) });
  const names = useMemo(() => new Map(data?.map(({ id, name }) => [id, name])), [data]);
  return { people: data, names };
}
