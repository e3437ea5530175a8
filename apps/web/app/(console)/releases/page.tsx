import type { Metadata } from "next";
import { Services } from "../../../features/releases/services.tsx";

export const metadata: Metadata = { title: "Releases" };

export default function ReleasesPage() {
  return <Services />;
}
