// In place of node:crypto in the console's pages. CommonJS, since core's files also name what makes and keeps keys: that is never called
// in a browser, and need not be there.
module.exports = require("./verifying.ts");
