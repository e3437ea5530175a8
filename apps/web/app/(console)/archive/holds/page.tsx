import type { Metadata } from "next";
import { Holds } from "../../../../features/archive/holds.tsx";

export const metadata: Metadata = { title: "Holds & expiry" };

export default function HoldsPage() {
  return <Holds />;
}
