"use client";

import type { ReleasesBoard } from "../../contracts/releases.ts";
import type { AskedAct } from "./asked.ts";
import { MakeDialog } from "./make-dialog.tsx";
import { ShiftDialog } from "./shift-dialog.tsx";
import { SteerDialog } from "./steer-dialog.tsx";

/** The dialog of what somebody would do about releases. */
export function Dialogs({
  asked,
  board,
  onDone,
  onClose,
}: {
  asked: AskedAct;
  board: ReleasesBoard;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  if (asked.act === "make") return <MakeDialog service={asked.service} {...{ onDone, onClose }} />;
  if (asked.act === "shift")
    return (
      <ShiftDialog
        {...{ onDone, onClose }}
        release={asked.release}
        isReplacing={board.services.some(({ service, shift }) => service === asked.service && shift !== null)}
      />
    );
  return <SteerDialog verb={asked.act} service={asked.service} {...{ onDone, onClose }} />;
}
