// Builds src/ into service/web/static/build: hashed file names, a manifest that maps entry -> file,
// and icons.json with the few icons the pages use. Fails when a patched phrase of form-js is no longer there.
import { build } from "esbuild";
import { readFile, readdir, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ICONS } from "./icons.mjs";
import { builtByFormJs, englishInLists, englishOfFormJs } from "./src/form/phrases.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(here, "../service/web/static/build");

// form-js has no translations (bpmn-io/form-js#77) and formats dates by the browser's language:
// every English phrase it shows goes through a function, and dates follow the page's language.
const speakThePagesLanguage = {
  name: "form-js-in-the-pages-language",
  setup(run) {
    run.onLoad({ filter: /form-js-viewer[\\/]dist[\\/]index\.es\.js$/ }, async ({ path: file }) => {
      let source = await readFile(file, "utf8");
      for (const phrase of englishOfFormJs) {
        const found = [`'${phrase}'`, `"${phrase}"`].filter((literal) => source.includes(literal));
        if (!found.length) throw new Error(`form-js no longer says "${phrase}"`);
        for (const literal of found) {
          source = source.replace(
            new RegExp(`(?<=[(:?=|]\\s*(?:\\w+\\s*)?)${literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "g"),
            `globalThis.mutasiPhrase(${literal})`,
          );
        }
      }
      for (const [text, literal] of [
        ...englishInLists.map((phrase) => [`" ", '${phrase}'`, `'${phrase}'`]),
        ...builtByFormJs.map((template) => [template, template]),
      ]) {
        if (!source.includes(text)) throw new Error(`form-js no longer says ${literal}`);
        source = source.replaceAll(text, text.replace(literal, `globalThis.mutasiPhrase(${literal})`));
      }
      const dates = "new Intl.DateTimeFormat(locale)";
      if (!source.includes(dates)) throw new Error("form-js formats dates in another way now");
      source = source.replaceAll(dates, "new Intl.DateTimeFormat(globalThis.mutasiDateLocale ?? locale)");
      return { contents: source, loader: "js" };
    });
  },
};

// Every folder of src/ is an entry: app is on all pages, first before it, the others on the pages that ask for them.
async function entries() {
  const found = {};
  for (const entry of await readdir(path.join(here, "src"), { withFileTypes: true })) {
    if (entry.isDirectory()) found[entry.name] = `src/${entry.name}/index.js`;
  }
  return found;
}

// Beside each script and style a packed one, as small as it gets: the server sends it to browsers that take it.
async function pack() {
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const name of await readdir(target)) {
    if (!/\.(js|css)$/.test(name)) continue;
    const plain = await readFile(path.join(target, name));
    await writeFile(path.join(target, `${name}.br`), brotliCompressSync(plain, best));
    await writeFile(path.join(target, `${name}.gz`), gzipSync(plain, { level: 9 }));
  }
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: await entries(),
  outdir: target,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  target: ["es2022", "chrome110", "firefox115", "safari16"],
  loader: { ".woff2": "file", ".woff": "dataurl", ".ttf": "empty", ".eot": "empty", ".svg": "dataurl" },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
  plugins: [speakThePagesLanguage],
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  const entry = path.basename(file).replace(/-[A-Z0-9]{8}\.js$/, "");
  manifest[`${entry}.js`] = path.basename(file);
  if (output.cssBundle) manifest[`${entry}.css`] = path.basename(output.cssBundle);
}

const icons = {};
for (const name of ICONS) {
  const svg = await readFile(path.join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  icons[name] = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s*\n\s*/g, "");
}
await pack();
await writeFile(path.join(target, "icons.json"), JSON.stringify(icons));
await writeFile(path.join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
