import type { Metadata } from "next";
import { History } from "../../../../features/releases/history.tsx";

export const metadata: Metadata = { title: "History of releases" };

export default function HistoryPage() {
  return <History />;
}
