import type { Metadata } from "next";
import { HandoverPage } from "../../../features/handover/handover-page.tsx";
import * as strings from "../../../strings/generated/app/handover/page.ts";

export const metadata: Metadata = { title: strings.shiftHandover };

export default function Page() {
  return <HandoverPage />;
}
