// Bundles the tests and runs them with node's own runner: `node tests/run.mjs unit|pages|program|screens|bench|guest-screens|guest-bench [name]`
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [group = "unit", only = ""] = process.argv.slice(2);
const cache = join(here, "..", "node_modules", ".cache");
const entries = /(screens|bench)$/.test(group)
    ? [join(here, `${group}.ts`)]
    : readdirSync(join(here, group))
          .filter((name) => name.endsWith(".test.ts") && name.startsWith(only))
          .map((name) => join(here, group, name));
if (group !== "unit" && !existsSync(join(here, "..", "dist", "index.html"))) {
    console.error("web/dist is not there: npm run build");
    process.exit(1);
}
mkdirSync(cache, { recursive: true });
// A folder of its own, because ctest runs several groups at once; below node_modules, because what
// is not bundled is looked up from there.
const out = mkdtempSync(join(cache, `keepsake-${group}-`));
process.on("exit", () => rmSync(out, { recursive: true, force: true }));
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
// Page tests wait more than they compute: several files at a time, where Node can (20.10 and later).
const [major, minor] = process.versions.node.split(".").map(Number);
const canTogether = major > 20 || (major === 20 && minor >= 10);
const flags = isTest ? ["--test", ...(canTogether ? ["--test-concurrency=2"] : [])] : [];
const run = spawn(process.execPath, [...flags, ...files], {
    stdio: "inherit",
    env: { ...process.env, KEEPSAKE_WEB: join(here, "..") },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => run.kill(signal));
run.on("exit", (code) => process.exit(code ?? 1));
