export { FeedbackRouter, type FeedbackRouterOptions } from "./feedback-router.ts";
