import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { pageFacts } from "../../client/page-facts.ts";
import { Wall } from "../../features/overview/wall.tsx";
import { WallFrame } from "../../features/shell/wall-frame.tsx";
import * as strings from "../../strings/generated/app/wall/page.ts";

export const metadata: Metadata = { title: strings.wallDisplay };

export default async function WallPage() {
  const { siteName, viewer, live } = await pageFacts();
  if (viewer === null) redirect("/sign-in");
  // It is of the whole installation, as the page says where this leads.
  if (viewer.sites !== null) redirect("/");
  return (
    <WallFrame siteName={siteName}>
      <Wall first={live} />
    </WallFrame>
  );
}
