/** Redis keys that the console alone uses. */
export const realtimeKeys = {
  /** Stream of Socket.IO's broadcasts between processes, and prefix of its channels. */
  stream: "tapline:socket.io",
  /** Strings: what a lost socket needs to be recovered. */
  sessionPrefix: "tapline:socket.io:session:",
  /** Consumer group on the live KPI stream: of all web processes, one reads each entry. */
  kpiGroup: "console",
} as const;
