import type { Metadata } from "next";
import { HandoverPage } from "../../../features/handover/handover-page.tsx";

export const metadata: Metadata = { title: "Shift handover" };

export default function Page() {
  return <HandoverPage />;
}
