"use client";

import { type FormEvent, useState } from "react";
import type { ChannelView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/test-dialog.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { WhyField } from "../../ui/why-field.tsx";

/** Says what a test does, and asks why. */
export function TestDialog({
  channel,
  onClose,
  onSend,
}: {
  /** `null`: closed. */
  channel: ChannelView | null;
  onClose: () => void;
  onSend: (name: string, reason: string) => void;
}) {
  return (
    <Dialog
      title={strings.sendATestByName({ name: channel?.name ?? "" })}
      isOpen={channel !== null}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">{strings.whoeverTheChannelReachesGets}</p>
      {channel === null ? null : (
        <TestForm
          key={channel.name}
          onSend={(reason) => {
            onSend(channel.name, reason);
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}

function TestForm({ onSend }: { onSend: (reason: string) => void }) {
  const [why, setWhy] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why.trim() !== "") onSend(why.trim());
  };
  return (
    <form onSubmit={submit} className="mt-4 space-y-4">
      <WhyField why={why} onWhy={setWhy} />
      <Button type="submit" kind="primary" className="w-full">
        {strings.sendTheTest}
      </Button>
    </form>
  );
}
