import type { Metadata } from "next";
import { pageFacts } from "../../client/page-facts.ts";
import { Overview } from "../../features/overview/overview.tsx";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const { live } = await pageFacts();
  return <Overview first={live} />;
}
