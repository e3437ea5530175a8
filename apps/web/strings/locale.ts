/** The language of the console's texts: the catalogue `<language>.json` beside this file. Built in: `npm run generate` and a build change it. */
export const language = "en";

/** How dates and times of day are written; figures follow `language`. A tag of BCP 47. */
export const dateLocale = "en-GB";
