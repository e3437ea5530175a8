"use client";

import { useEffect, useRef } from "react";
import type { ShownRule } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/rule-list.ts";
import { cn } from "../../ui/cn.ts";
import { SeverityMark } from "../../ui/severity.tsx";

/** The rules, by the order of their document; the one that is pointed at is framed. */
export function RuleList({
  rules,
  cursor,
  onOpen,
}: {
  rules: readonly ShownRule[];
  cursor: number;
  onOpen: (id: string) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.children[cursor]?.scrollIntoView({ block: "nearest" }), [cursor]);
  if (rules.length === 0)
    return <p className="p-6 text-center text-sm text-ink-soft">{strings.noRuleIsAsThe}</p>;
  return (
    <ul ref={list} aria-label={strings.rules} className="min-h-0 flex-1 divide-y divide-line overflow-y-auto">
      {rules.map(({ rule }, index) => (
        <li key={rule.id}>
          <button
            type="button"
            onClick={() => onOpen(rule.id)}
            className={cn(
              "grid w-full grid-cols-[1.5rem_minmax(0,1fr)_auto] items-baseline gap-x-2 px-4 py-2.5 text-left text-sm",
              index === cursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
            )}
          >
            <SeverityMark severity={rule.severity} isCalm />
            <span className="min-w-0">
              <span
                className={cn("block truncate", rule.off ? "text-ink-faint line-through" : "font-medium")}
              >
                {rule.message}
              </span>
              <span className="block truncate text-xs text-ink-faint">
                <span className="font-mono">{rule.id}</span> · {rule.kpi}
                {rule.per === "all" ? "" : strings.byPer({ per: rule.per })}
              </span>
            </span>
            <span className="text-xs text-ink-soft">{rule.off ? strings.off : ""}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
