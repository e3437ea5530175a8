/** Where the PC/SC daemon of Linux listens, for the daemon's clients and for us: libpcsclite's own setting. */
export function pcscdSocket(env: NodeJS.ProcessEnv = process.env): string {
  return env.PCSCLITE_CSOCK_NAME || "/run/pcscd/pcscd.comm";
}

/** The child's environment: ours, the daemon's socket, and a thread for each call that may be under way in native code. */
export function childEnvironment(
  socketPath: string,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...env, PCSCLITE_CSOCK_NAME: socketPath, UV_THREADPOOL_SIZE: "32" };
}
