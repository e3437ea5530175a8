"use client";

import * as strings from "../strings/generated/app/error.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto max-w-xl px-4 py-16">
      <h1 className="sr-only">{strings.error}</h1>
      <Notice
        tone="critical"
        title={strings.thisPageCouldNotBe}
        action={
          <Button kind="outline" onClick={reset}>
            {strings.tryAgain}
          </Button>
        }
      >
        {strings.aFaultInTheConsole}
      </Notice>
    </main>
  );
}
