import type { Metadata } from "next";
import { RulesPage } from "../../../../features/alert-rules/rules-page.tsx";
import * as strings from "../../../../strings/generated/app/alerts/rules/page.ts";

export const metadata: Metadata = { title: strings.alertRules };

export default function Page() {
  return <RulesPage />;
}
