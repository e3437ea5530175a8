"use client";

import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto max-w-xl px-4 py-16">
      <h1 className="sr-only">Error</h1>
      <Notice
        tone="critical"
        title="This page could not be shown"
        action={
          <Button kind="outline" onClick={reset}>
            Try again
          </Button>
        }
      >
        A fault in the console itself. Taps go on being archived; reload the page if trying again does not
        help.
      </Notice>
    </main>
  );
}
