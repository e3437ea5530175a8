/**
 * Tells the process that started this one, where there is one and it still listens. A parent that goes meanwhile is no
 * error of what is told: "disconnect" ends this process in order.
 */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
