import type { Metadata } from "next";
import { pageFacts } from "../../client/page-facts.ts";
import { Mark } from "../../features/shell/mark.tsx";
import { SignInForm } from "../../features/sign-in/sign-in-form.tsx";
import * as strings from "../../strings/generated/app/sign-in/page.ts";

export const metadata: Metadata = { title: strings.signIn };

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Partial<Record<"from" | "ended" | "refused", string | string[]>>>;
}) {
  const [{ siteName, provider }, { from, ended, refused }] = await Promise.all([pageFacts(), searchParams]);
  return (
    <main className="grid min-h-screen place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Mark className="size-11" />
          <div className="leading-tight">
            <h1 className="text-xl font-semibold tracking-tight">{strings.signInToTapline}</h1>
            <p className="text-sm text-ink-faint">{siteName}</p>
          </div>
        </div>
        <SignInForm
          from={typeof from === "string" ? from : undefined}
          hasEnded={ended !== undefined}
          provider={provider}
          refused={typeof refused === "string" ? refused : undefined}
        />
      </div>
    </main>
  );
}
