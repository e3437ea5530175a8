import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { pageFacts } from "../client/page-facts.ts";
import { Providers } from "../client/providers.tsx";
import "../theme/globals.css";

export const metadata: Metadata = {
  title: { default: "Tapline", template: "%s · Tapline" },
  description: "Watch taps on their way into the archive.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#161a1e" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { nonce, siteTimeZone } = await pageFacts();
  return (
    <html lang="en" data-site-zone={siteTimeZone} suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
}
