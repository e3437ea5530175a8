import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { pageFacts } from "../../client/page-facts.ts";
import { Wall } from "../../features/overview/wall.tsx";
import { WallFrame } from "../../features/shell/wall-frame.tsx";

export const metadata: Metadata = { title: "Wall display" };

export default async function WallPage() {
  const { siteName, viewer } = await pageFacts();
  if (viewer === null) redirect("/sign-in");
  return (
    <WallFrame siteName={siteName}>
      <Wall />
    </WallFrame>
  );
}
