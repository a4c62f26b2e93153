import "./old-browsers.ts";

import { start } from "./page.ts";
import { work } from "./worker.ts";

/** One script for both: the page, and the service worker that plays films as they are fetched. */
if (typeof document === "undefined") work();
else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
