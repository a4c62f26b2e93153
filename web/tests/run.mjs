// Bundles the tests and runs them with node's own runner: `node tests/run.mjs unit|pages|program|screens|bench|guest-screens|guest-bench [name]`
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [group = "unit", only = ""] = process.argv.slice(2);
const out = join(here, "..", "node_modules", ".cache", `keepsake-${group}`);
const entries = /(screens|bench)$/.test(group)
    ? [join(here, `${group}.ts`)]
    : readdirSync(join(here, group))
          .filter((name) => name.endsWith(".test.ts") && name.includes(only))
          .map((name) => join(here, group, name));
if (group !== "unit" && !existsSync(join(here, "..", "dist", "index.html"))) {
    console.error("web/dist is not there: npm run build");
    process.exit(1);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
    entryPoints: entries,
    outdir: out,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    outExtension: { ".js": ".mjs" },
    external: ["playwright-core", "axe-core", "tus-js-client"],
    logLevel: "warning",
});
const files = readdirSync(out).map((name) => join(out, name));
const isTest = ["unit", "pages", "program"].includes(group);
const run = spawn(process.execPath, isTest ? ["--test", ...files] : files, {
    stdio: "inherit",
    env: { ...process.env, KEEPSAKE_WEB: join(here, "..") },
});
run.on("exit", (code) => process.exit(code ?? 1));
