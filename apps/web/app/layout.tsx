import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { pageFacts } from "../client/page-facts.ts";
import { Providers } from "../client/providers.tsx";
import * as strings from "../strings/generated/app/layout.ts";
import { language } from "../strings/locale.ts";
import "../theme/globals.css";

export const metadata: Metadata = {
  title: { default: strings.tapline, template: strings.sTapline },
  description: strings.watchTapsOnTheirWay,
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
    <html lang={language} data-site-zone={siteTimeZone} suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
}
