import type { Metadata } from "next";
import { You } from "../../../features/settings/you.tsx";
import * as strings from "../../../strings/generated/app/settings/page.ts";

export const metadata: Metadata = { title: strings.settings };

export default function SettingsPage() {
  return <You />;
}
