import type { Metadata } from "next";
import { Quarantine } from "../../../../features/archive/quarantine.tsx";
import * as strings from "../../../../strings/generated/app/archive/quarantine/page.ts";

export const metadata: Metadata = { title: strings.quarantine };

export default function QuarantinePage() {
  return <Quarantine />;
}
