import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { pageFacts } from "../../client/page-facts.ts";
import { ViewerProvider } from "../../client/viewer.tsx";
import { Shell } from "../../features/shell/shell.tsx";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { siteName, viewer } = await pageFacts();
  if (viewer === null) redirect("/sign-in");
  return (
    <ViewerProvider viewer={viewer}>
      <Shell siteName={siteName} viewer={viewer}>
        {children}
      </Shell>
    </ViewerProvider>
  );
}
