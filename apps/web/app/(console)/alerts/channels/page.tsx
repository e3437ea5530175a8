import type { Metadata } from "next";
import { AlertChannelsPage } from "../../../../features/alert-channels/alert-channels.tsx";

export const metadata: Metadata = { title: "Channels" };

export default function ChannelsPage() {
  return <AlertChannelsPage />;
}
