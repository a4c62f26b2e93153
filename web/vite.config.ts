import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
    // Relative addresses: the pages work under any path prefix.
    base: "./",
    plugins: [svelte()],
    build: {
        target: "es2022",
        // The policy of the server allows no data: addresses, so nothing is put inline.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
    },
});
