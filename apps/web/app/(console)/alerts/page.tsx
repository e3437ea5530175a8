import type { Metadata } from "next";
import { Alerts } from "../../../features/alerts/alerts.tsx";
import * as strings from "../../../strings/generated/app/alerts/page.ts";

export const metadata: Metadata = { title: strings.alerts };

export default function AlertsPage() {
  return <Alerts />;
}
