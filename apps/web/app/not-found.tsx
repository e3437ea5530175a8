import type { Metadata } from "next";
import Link from "next/link";
import * as strings from "../strings/generated/app/not-found.ts";

export const metadata: Metadata = { title: strings.notFound };

export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center px-4">
      <div className="max-w-sm">
        <h1 className="text-xl font-semibold">{strings.thisPageDoesNotExist}</h1>
        <p className="mt-2 text-sm text-ink-soft">{strings.theAddressMayBeMistyped}</p>
        <p className="mt-4 text-sm">
          <Link href="/" className="font-medium underline underline-offset-4">
            {strings.goToTheOverview}
          </Link>
        </p>
      </div>
    </main>
  );
}
