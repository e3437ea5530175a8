import type { Metadata } from "next";
import { pageFacts } from "../../client/page-facts.ts";
import { Overview } from "../../features/overview/overview.tsx";
import * as strings from "../../strings/generated/app/page.ts";

export const metadata: Metadata = { title: strings.overview };

export default async function OverviewPage() {
  const { live } = await pageFacts();
  return <Overview first={live} />;
}
