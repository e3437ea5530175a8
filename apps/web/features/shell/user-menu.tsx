"use client";

import { ChevronDown, LogOut, MonitorPlay } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useEffect, useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { carryOn, forgetThisBrowser } from "../../client/this-browser.ts";
import type { PageFacts } from "../../contracts/page.ts";
import * as strings from "../../strings/generated/shell/user-menu.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";

const Preferences = dynamic(
  () => loadPart(() => import("./preferences.tsx")).then((part) => part.Preferences),
  { ssr: false },
);

async function signOut(): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch("/api/auth/sign-out", { method: "POST", headers, body: "{}" });
    return response.ok;
  } catch {
    return false;
  }
}

const itemLook =
  "flex h-9 items-center gap-2 rounded-md border border-transparent px-2.5 text-sm text-ink-soft hover:border-line hover:bg-raised hover:text-ink";

/** Who is signed in, what this browser keeps for them, and the way out. */
export function UserMenu({ viewer }: { viewer: NonNullable<PageFacts["viewer"]> }) {
  const [failed, setFailed] = useState(false);
  // What is in it is loaded once somebody opens it.
  const [wasOpened, setOpened] = useState(false);
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
        onToggle={() => setOpened(true)}
        className="fixed inset-auto top-13 right-3 m-0 max-h-[calc(100vh-4rem)] w-80 max-w-[calc(100vw-1.5rem)] overflow-y-auto rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
      >
        <div className="px-3 py-2">
          <p className="truncate text-sm font-semibold">{viewer.name}</p>
          <p className="truncate text-xs text-ink-faint">{viewer.email}</p>
          <p className="mt-1.5 text-xs text-ink-soft">
            {rich(strings.roleRole, { role: <span className="font-medium text-ink">{viewer.role}</span> })}
          </p>
        </div>
        <hr className="my-1 border-line" />
        {wasOpened ? <Preferences /> : null}
        <hr className="my-1 border-line" />
        <Link href="/wall" className={itemLook}>
          <MonitorPlay aria-hidden className="size-4" />
          {strings.wallDisplay}
        </Link>
        <Button className="w-full justify-start" onClick={() => void leave()}>
          <LogOut aria-hidden className="size-4" />
          {strings.signOut}
        </Button>
        {failed ? (
          <p role="alert" className="px-3 py-2 text-xs text-critical">
            {strings.theServerDoesNotAnswer}
          </p>
        ) : null}
      </div>
    </>
  );
}
