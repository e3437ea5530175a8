/** Redis keys that the console alone uses. */
export const realtimeKeys = {
  /** Stream of Socket.IO's broadcasts between processes, and prefix of its channels. */
  stream: "tapline:socket.io",
} as const;
