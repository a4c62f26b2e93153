import { mount } from "svelte";

import App from "./App.svelte";
import { app } from "./lib/app.svelte.ts";

// Headings that get the focus by script show it only to those who use the keyboard.
addEventListener("keydown", () => (document.documentElement.dataset.keys = ""), { capture: true });
addEventListener("pointerdown", () => delete document.documentElement.dataset.keys, {
    capture: true,
});

mount(App, { target: document.body });
void app.start();
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("sw.js").catch(() => {});
