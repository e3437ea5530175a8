import { z } from "zod";

/** The page's policy lets no text run as code; without this zod would try whether it may. To be imported before any schema. */
z.config({ jitless: true });
