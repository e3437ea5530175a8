import type { Metadata } from "next";
import Link from "next/link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center px-4">
      <div className="max-w-sm">
        <h1 className="text-xl font-semibold">This page does not exist</h1>
        <p className="mt-2 text-sm text-ink-soft">The address may be mistyped, or the page has moved.</p>
        <p className="mt-4 text-sm">
          <Link href="/" className="font-medium underline underline-offset-4">
            Go to the overview
          </Link>
        </p>
      </div>
    </main>
  );
}
