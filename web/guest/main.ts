import "./old-browsers.ts";

import { start } from "./page.ts";

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
