import type { Metadata } from "next";
import { pageFacts } from "../../client/page-facts.ts";
import { Mark } from "../../features/shell/mark.tsx";
import { JoinForm } from "../../features/sign-in/join-form.tsx";
import * as strings from "../../strings/generated/app/join/page.ts";

export const metadata: Metadata = { title: strings.join };

export default async function JoinPage() {
  const { siteName } = await pageFacts();
  return (
    <main className="grid min-h-screen place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Mark className="size-11" />
          <div className="leading-tight">
            <h1 className="text-xl font-semibold tracking-tight">{strings.joinTapline}</h1>
            <p className="text-sm text-ink-faint">{siteName}</p>
          </div>
        </div>
        <JoinForm />
      </div>
    </main>
  );
}
