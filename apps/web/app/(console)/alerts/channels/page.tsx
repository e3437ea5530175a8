import type { Metadata } from "next";
import { AlertChannelsPage } from "../../../../features/alert-channels/alert-channels.tsx";
import * as strings from "../../../../strings/generated/app/alerts/channels/page.ts";

export const metadata: Metadata = { title: strings.channels };

export default function ChannelsPage() {
  return <AlertChannelsPage />;
}
