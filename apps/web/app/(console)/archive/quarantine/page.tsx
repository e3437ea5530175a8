import type { Metadata } from "next";
import { Quarantine } from "../../../../features/archive/quarantine.tsx";

export const metadata: Metadata = { title: "Quarantine" };

export default function QuarantinePage() {
  return <Quarantine />;
}
