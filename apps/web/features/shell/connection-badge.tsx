"use client";

import type { Connection } from "../../client/connection.ts";
import { useConnection } from "../../client/use-live.ts";
import * as strings from "../../strings/generated/shell/connection-badge.ts";
import { cn } from "../../ui/cn.ts";

const looks: Record<Connection, { shape: string; word: string; look: string }> = {
  live: { shape: "●", word: strings.live, look: "border-line text-ink-soft" },
  recovering: { shape: "◌", word: strings.recovering, look: "border-line-strong text-ink" },
  stale: { shape: "▲", word: strings.stale, look: "border-warning bg-warning-surface text-warning" },
  "signed-out": {
    shape: "◆",
    word: strings.signedOut,
    look: "border-critical bg-critical-surface text-critical",
  },
};

/** In one word how far the figures can be believed. Grey when well. */
export function ConnectionBadge() {
  const connection = useConnection();
  const { shape, word, look } = looks[connection];
  return (
    <span
      data-testid="connection"
      className={cn(
        "inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium",
        look,
      )}
    >
      <span aria-hidden>{shape}</span>
      <span className="sr-only">{strings.connection} </span>
      {word}
    </span>
  );
}
