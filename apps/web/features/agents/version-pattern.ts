/** A version as the server takes it. A field reads its pattern with flag v, by which a hyphen in brackets is none unless escaped. */
export const versionPattern = /^\d+\.\d+\.\d+(-([0-9A-Za-z.]|-)+)?$/;
