import type { Metadata } from "next";
import { Holds } from "../../../../features/archive/holds.tsx";
import * as strings from "../../../../strings/generated/app/archive/holds/page.ts";

export const metadata: Metadata = { title: strings.holdsExpiry };

export default function HoldsPage() {
  return <Holds />;
}
