import type { Metadata } from "next";
import { pageFacts } from "../../client/page-facts.ts";
import { OverviewPage } from "../../features/overview/overview-page.tsx";
import * as strings from "../../strings/generated/app/page.ts";

export const metadata: Metadata = { title: strings.overview };

export default async function Page() {
  const { live } = await pageFacts();
  return <OverviewPage first={live} />;
}
