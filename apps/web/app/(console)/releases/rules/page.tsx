import type { Metadata } from "next";
import { Rules } from "../../../../features/releases/rules.tsx";
import * as strings from "../../../../strings/generated/app/releases/rules/page.ts";

export const metadata: Metadata = { title: strings.releasesOfRules };

export default function RulesPage() {
  return <Rules />;
}
