/** A request that is refused for its form; mapped to a problem by its HTTP status. */
export class HttpRefusal extends Error {
  readonly statusCode: 400 | 413 | 415;

  constructor(statusCode: 400 | 413 | 415, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
