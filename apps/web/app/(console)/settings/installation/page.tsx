import type { Metadata } from "next";
import { Installation } from "../../../../features/settings/installation.tsx";
import * as strings from "../../../../strings/generated/app/settings/installation/page.ts";

export const metadata: Metadata = { title: strings.installation };

export default function InstallationPage() {
  return <Installation />;
}
