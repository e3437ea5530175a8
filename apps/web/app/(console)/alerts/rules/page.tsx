import type { Metadata } from "next";
import { RulesPage } from "../../../../features/alert-rules/rules-page.tsx";

export const metadata: Metadata = { title: "Alert rules" };

export default function Page() {
  return <RulesPage />;
}
