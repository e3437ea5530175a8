import type { Metadata } from "next";
import { History } from "../../../../features/releases/history.tsx";
import * as strings from "../../../../strings/generated/app/releases/history/page.ts";

export const metadata: Metadata = { title: strings.historyOfReleases };

export default function HistoryPage() {
  return <History />;
}
