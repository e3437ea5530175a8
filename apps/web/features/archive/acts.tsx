"use client";

import dynamic from "next/dynamic";
import { loadPart } from "../../client/load-part.ts";
import { useMayAdminister, useMayOperate } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/archive/acts.ts";
import { Button } from "../../ui/button.tsx";
import { ActBar } from "./act-bar.tsx";

const RetryDialog = dynamic(
  () => loadPart(() => import("./act-dialogs.tsx")).then((part) => part.RetryDialog),
  {
    ssr: false,
  },
);
const VerifyDialog = dynamic(
  () => loadPart(() => import("./act-dialogs.tsx")).then((part) => part.VerifyDialog),
  {
    ssr: false,
  },
);
const RestoreDialog = dynamic(
  () => loadPart(() => import("./act-dialogs.tsx")).then((part) => part.RestoreDialog),
  {
    ssr: false,
  },
);
const HostKeyDialog = dynamic(
  () => loadPart(() => import("./host-key-dialog.tsx")).then((part) => part.HostKeyDialog),
  {
    ssr: false,
  },
);

/** What is to be asked of the workers, and about what. */
export type Asked =
  | { act: "retry"; segment: string }
  | { act: "verify"; target: string | null; segment: string | null }
  | { act: "restore"; segment: string | null }
  | { act: "host-key"; target: string };

/** The dialog of what is being asked. */
export function ActDialogs({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  if (asked === null) return null;
  if (asked.act === "retry") return <RetryDialog segment={asked.segment} onClose={onClose} />;
  if (asked.act === "verify")
    return <VerifyDialog target={asked.target} segment={asked.segment} onClose={onClose} />;
  if (asked.act === "restore") return <RestoreDialog segment={asked.segment} onClose={onClose} />;
  return <HostKeyDialog target={{ name: asked.target }} onClose={onClose} />;
}

/** What can be done about a segment. */
export function SegmentActs({ id, onAsk }: { id: string; onAsk: (asked: Asked) => void }) {
  if (!useMayOperate()) return null;
  return (
    <ActBar what={strings.thisSegment}>
      <Button kind="outline" onClick={() => onAsk({ act: "verify", target: null, segment: id })}>
        {strings.verify}
      </Button>
      <Button kind="outline" onClick={() => onAsk({ act: "restore", segment: id })}>
        {strings.previewRestore}
      </Button>
      <Button kind="outline" onClick={() => onAsk({ act: "retry", segment: id })}>
        {strings.tryCopiesNow}
      </Button>
    </ActBar>
  );
}

/** What can be done about an archive. */
export function TargetActs({ name, onAsk }: { name: string; onAsk: (asked: Asked) => void }) {
  const mayAdminister = useMayAdminister();
  if (!useMayOperate()) return null;
  return (
    <ActBar what={strings.thisArchive}>
      <Button kind="outline" onClick={() => onAsk({ act: "verify", target: name, segment: null })}>
        {strings.verify}
      </Button>
      {mayAdminister ? (
        <Button kind="outline" onClick={() => onAsk({ act: "host-key", target: name })}>
          {strings.hostKey}
        </Button>
      ) : null}
    </ActBar>
  );
}
