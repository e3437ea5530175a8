/** Stands in for nfc-pcsc on a machine whose daemon went away: its constructor never returns. */
export class NFC {
  constructor() {
    for (;;);
  }
}
