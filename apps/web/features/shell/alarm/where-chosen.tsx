"use client";

import dynamic from "next/dynamic";
import { loadPart } from "../../../client/load-part.ts";
import { useAlarmChoice } from "./choice.ts";

const Alarm = dynamic(() => loadPart(() => import("./alarm.tsx")).then((part) => part.Alarm), { ssr: false });

/** Nothing of it is loaded where nobody has asked for it. */
export function AlarmWhereChosen() {
  return useAlarmChoice() ? <Alarm /> : null;
}
