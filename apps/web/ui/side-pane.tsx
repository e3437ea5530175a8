import type { ReactNode } from "react";
import { Card } from "./card.tsx";
import { cn } from "./cn.ts";

/**
 * A list with what is open of it at its side; on narrow screens that covers the list, beside the navigation, which stays at hand.
 * `name`: what the pane is, such as "The open agent".
 */
export function WithSidePane({
  list,
  pane,
  name,
}: {
  list: ReactNode;
  pane: ReactNode | null;
  name: string;
}) {
  return (
    <div className="relative min-h-96 flex-1">
      <div
        className={cn(
          "absolute inset-0 grid grid-rows-[minmax(0,1fr)] gap-3",
          pane !== null && "lg:grid-cols-[minmax(0,1fr)_27rem]",
        )}
      >
        {list}
        {pane === null ? null : (
          <Card
            aria-label={name}
            className={cn(
              "flex min-h-0 flex-col overflow-hidden",
              "max-lg:fixed max-lg:top-14 max-lg:right-0 max-lg:bottom-0 max-lg:left-18 max-lg:z-4 max-lg:rounded-none",
              // The navigation stands at the left, on a phone at the bottom.
              "max-sm:bottom-14 max-sm:left-0",
            )}
          >
            {pane}
          </Card>
        )}
      </div>
    </div>
  );
}
