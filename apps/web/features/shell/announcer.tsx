"use client";

import { useSyncExternalStore } from "react";
import { getNews, noNews, onNews } from "../../client/alert-news.ts";

/** Says aloud what was raised, for those who do not see it: critical alerts at once, warnings in the next pause. */
export function Announcer() {
  const { critical, warning } = useSyncExternalStore(onNews, getNews, () => noNews);
  return (
    <div className="sr-only">
      <p aria-live="assertive" data-testid="news-critical">
        {critical}
      </p>
      <p aria-live="polite" data-testid="news-warning">
        {warning}
      </p>
    </div>
  );
}
