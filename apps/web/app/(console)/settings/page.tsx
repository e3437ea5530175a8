import type { Metadata } from "next";
import { You } from "../../../features/settings/you.tsx";

export const metadata: Metadata = { title: "Settings" };

export default function SettingsPage() {
  return <You />;
}
