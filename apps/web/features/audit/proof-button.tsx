"use client";

import { useState } from "react";
import { adviceOf, apiClient } from "../../client/api.ts";
import { saveFile } from "../../client/save-file.ts";
import * as strings from "../../strings/generated/audit/proof-button.ts";
import { Button } from "../../ui/button.tsx";

/** Gives out the proof that an entry stands in the log, as `tapline audit prove` writes it. */
export function ProofButton({ id }: { id: string }) {
  const [said, setSaid] = useState<string | null>(null);
  const prove = async (): Promise<void> => {
    setSaid(null);
    try {
      const { text } = await apiClient.auditBoard.proof.query({ id });
      const name = `${id}.tlog-proof`;
      saveFile(name, [text], "text/plain");
      setSaid(strings.nameWasSavedWhoeverHas({ name }));
    } catch (error) {
      setSaid(adviceOf(error) ?? strings.theServerDoesNotAnswer);
    }
  };
  return (
    <>
      <Button kind="outline" onClick={prove}>
        {strings.saveItsProof}
      </Button>
      {said === null ? null : (
        <p role="status" className="order-last basis-full text-xs text-ink-soft [overflow-wrap:anywhere]">
          {said}
        </p>
      )}
    </>
  );
}
