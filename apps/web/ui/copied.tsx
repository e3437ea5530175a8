"use client";

import { useState } from "react";
import * as strings from "../strings/generated/ui/copied.ts";
import { Button } from "./button.tsx";

/** A text to be taken elsewhere whole. */
export function Copied({ label, text }: { label: string; text: string }) {
  const [said, setSaid] = useState(strings.copy);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(strings.copied);
    } catch {
      setSaid(strings.selectItByHand);
    }
  };
  return (
    <div>
      <div className="mb-1 flex items-center justify-between gap-2">
        <p className="text-sm font-medium">{label}</p>
        <Button kind="outline" className="h-7 px-2 text-xs" onClick={() => void copy()}>
          {said}
          <span className="sr-only">: {label}</span>
        </Button>
      </div>
      <p className="rounded-md border border-line bg-raised px-2.5 py-2 font-mono text-xs [overflow-wrap:anywhere] select-all">
        {text}
      </p>
    </div>
  );
}
