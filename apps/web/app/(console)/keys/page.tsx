import type { Metadata } from "next";
import { Keys } from "../../../features/keys/keys.tsx";
import * as strings from "../../../strings/generated/app/keys/page.ts";

export const metadata: Metadata = { title: strings.keys };

export default function KeysPage() {
  return <Keys />;
}
