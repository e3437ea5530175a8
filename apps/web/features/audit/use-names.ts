"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../client/api.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import type { Names } from "./entry-words.ts";

const none: Names = {};
/** So many different people are asked for at once. */
const mostPeople = 500;

/** The names of the people among those who acted; of those who are gone none. */
export function useNames(rows: readonly AuditRow[]): Names {
  const ids = useMemo(() => {
    const people = rows.flatMap(({ entry }) => (entry?.actor.kind === "operator" ? [entry.actor.id] : []));
    return [...new Set(people)].sort().slice(0, mostPeople);
  }, [rows]);
  const query = useQuery({
    ...api.auditBoard.names.queryOptions({ ids }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return query.data ?? none;
}
