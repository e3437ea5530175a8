/** Why sign-in's own API did not do what it was asked, as sentences of a page. */
export class AuthRefusal extends Error {}
