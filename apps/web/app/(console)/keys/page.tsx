import type { Metadata } from "next";
import { Keys } from "../../../features/keys/keys.tsx";

export const metadata: Metadata = { title: "Keys" };

export default function KeysPage() {
  return <Keys />;
}
