import type { Metadata } from "next";
import { AlertHealthPage } from "../../../../features/alert-health/alert-health.tsx";

export const metadata: Metadata = { title: "Health of the alarm system" };

export default function HealthPage() {
  return <AlertHealthPage />;
}
