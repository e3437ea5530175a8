"use client";

import { Pause, Play } from "lucide-react";
import { togglePause, usePause } from "../../client/use-pause.ts";
import * as strings from "../../strings/generated/shell/pause-button.ts";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";

/** Has the page stand still, and go on. */
export function PauseButton() {
  const isPaused = usePause().sinceEpochMs !== null;
  const Icon = isPaused ? Play : Pause;
  return (
    <Button
      aria-pressed={isPaused}
      aria-label={strings.pauseWhatIsShown}
      title={isPaused ? strings.showWhatIsNewP : strings.pauseWhatIsShownP}
      className={cn("size-9 px-0", isPaused && "border-line-strong bg-raised text-ink")}
      onClick={togglePause}
    >
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}
