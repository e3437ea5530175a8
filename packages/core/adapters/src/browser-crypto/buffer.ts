/** Takes the place of Node's global of the same name. */
export { Buffer } from "buffer/";
