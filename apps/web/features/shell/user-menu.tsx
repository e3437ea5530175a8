"use client";

import { ChevronDown, LogOut } from "lucide-react";
import { useEffect, useState } from "react";
import { carryOn, forgetThisBrowser } from "../../client/this-browser.ts";
import type { PageFacts } from "../../contracts/page.ts";
import { Button } from "../../ui/button.tsx";

async function signOut(): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch("/api/auth/sign-out", { method: "POST", headers, body: "{}" });
    return response.ok;
  } catch {
    return false;
  }
}

/** Who is signed in, and the way out. */
export function UserMenu({ viewer }: { viewer: NonNullable<PageFacts["viewer"]> }) {
  const [failed, setFailed] = useState(false);
  // Where the server does not answer, the next page does it.
  useEffect(() => void carryOn().catch(() => undefined), []);
  const leave = async () => {
    setFailed(false);
    await forgetThisBrowser();
    if (await signOut()) window.location.assign("/sign-in");
    else setFailed(true);
  };
  return (
    <>
      <Button popoverTarget="user-menu" aria-haspopup="true" className="max-w-48">
        <span className="truncate text-ink max-sm:sr-only">{viewer.name}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0" />
      </Button>
      <div
        id="user-menu"
        popover="auto"
        className="fixed inset-auto top-13 right-3 m-0 w-64 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
      >
        <div className="px-3 py-2">
          <p className="truncate text-sm font-semibold">{viewer.name}</p>
          <p className="truncate text-xs text-ink-faint">{viewer.email}</p>
          <p className="mt-1.5 text-xs text-ink-soft">
            Role: <span className="font-medium text-ink">{viewer.role}</span>
          </p>
        </div>
        <hr className="my-1 border-line" />
        <Button className="w-full justify-start" onClick={() => void leave()}>
          <LogOut aria-hidden className="size-4" />
          Sign out
        </Button>
        {failed ? (
          <p role="alert" className="px-3 py-2 text-xs text-critical">
            ▲ The server does not answer: you are still signed in.
          </p>
        ) : null}
      </div>
    </>
  );
}
