import type { Metadata } from "next";
import { Services } from "../../../features/releases/services.tsx";
import * as strings from "../../../strings/generated/app/releases/page.ts";

export const metadata: Metadata = { title: strings.releases };

export default function ReleasesPage() {
  return <Services />;
}
