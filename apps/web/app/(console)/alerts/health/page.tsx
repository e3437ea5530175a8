import type { Metadata } from "next";
import { AlertHealthPage } from "../../../../features/alert-health/alert-health.tsx";
import * as strings from "../../../../strings/generated/app/alerts/health/page.ts";

export const metadata: Metadata = { title: strings.healthOfTheAlarmSystem };

export default function HealthPage() {
  return <AlertHealthPage />;
}
