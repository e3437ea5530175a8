import type { Metadata } from "next";
import { Rules } from "../../../../features/noops/rules.tsx";

export const metadata: Metadata = { title: "Rules of NoOps" };

export default function NoopsRulesPage() {
  return <Rules />;
}
