import type { Metadata } from "next";
import { Taps } from "../../../features/taps/taps.tsx";

export const metadata: Metadata = { title: "Taps" };

export default function TapsPage() {
  return <Taps />;
}
