import { messageOf } from "@tapline/core/kernel";
import { runCommand } from "../servers/index.ts";

/** Tries to make a network namespace that forwards packets. @returns why that does not work; null where it does */
export async function canMakeNamespaces(ip: string): Promise<string | null> {
  const name = `tapline-try-${process.pid}`;
  try {
    await runCommand(ip, ["netns", "add", name]);
  } catch (error) {
    return messageOf(error);
  }
  try {
    const forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
    await runCommand(ip, ["netns", "exec", name, "sh", "-c", forward]);
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    await runCommand(ip, ["netns", "del", name]).catch(() => {});
  }
}
