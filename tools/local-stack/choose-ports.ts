import { freePort, requirePort } from "../servers/index.ts";
import type { PortName, StackConfig } from "./config.ts";

/** A port for each part: the one asked for (or an error), else the usual one where it is free, else any. */
export async function choosePorts(wishes: StackConfig["ports"]): Promise<Record<PortName, number>> {
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of Object.keys(wishes) as PortName[]) {
    const { port, asked, setting } = wishes[name];
    let free = asked ? await requirePort(port, setting) : await freePort(port);
    while (!asked && Object.values(chosen).includes(free)) free = await freePort();
    chosen[name] = free;
  }
  return chosen as Record<PortName, number>;
}
