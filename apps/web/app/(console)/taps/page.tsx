import type { Metadata } from "next";
import { Taps } from "../../../features/taps/taps.tsx";
import * as strings from "../../../strings/generated/app/taps/page.ts";

export const metadata: Metadata = { title: strings.taps };

export default function TapsPage() {
  return <Taps />;
}
