import type { Metadata } from "next";
import { Rules } from "../../../../features/noops/rules.tsx";
import * as strings from "../../../../strings/generated/app/noops/rules/page.ts";

export const metadata: Metadata = { title: strings.rulesOfNoOps };

export default function NoopsRulesPage() {
  return <Rules />;
}
