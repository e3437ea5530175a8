import type { Metadata } from "next";
import { Installation } from "../../../../features/settings/installation.tsx";

export const metadata: Metadata = { title: "Installation" };

export default function InstallationPage() {
  return <Installation />;
}
