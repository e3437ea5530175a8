import { freePort, requirePort } from "../servers/index.ts";
import type { PortName, StackConfig } from "./config.ts";
import type { KeptPorts } from "./kept-ports.ts";

/**
 * A port for each part: the one asked for (or an error), else the first that is free of the last start's, the usual
 * one and any.
 */
export async function choosePorts(
  wishes: StackConfig["ports"],
  kept: KeptPorts = {},
): Promise<Record<PortName, number>> {
  const chosen: Partial<Record<PortName, number>> = {};
  const names = Object.keys(wishes) as PortName[];
  for (const name of names.toSorted((a, b) => Number(wishes[b].asked) - Number(wishes[a].asked))) {
    const { port, asked, setting } = wishes[name];
    const last = kept[name];
    const preferred = last === undefined ? [port] : [last, port];
    const untaken = preferred.filter((one) => !Object.values(chosen).includes(one));
    let free = asked ? await requirePort(port, setting) : await freePort(...untaken);
    while (!asked && Object.values(chosen).includes(free)) free = await freePort();
    chosen[name] = free;
  }
  return chosen as Record<PortName, number>;
}

/** The console's usual port where it is in use and the console had to move off it. */
export async function portInUse(
  wish: StackConfig["ports"]["web"],
  chosen: number,
): Promise<number | undefined> {
  if (wish.asked || chosen === wish.port) return undefined;
  return (await freePort(wish.port)) === wish.port ? undefined : wish.port;
}
