// Builds what the browser gets from what is written here: style sheet, type, icons, vendored scripts.
// Writes only below seminar_app/static/, templates/print/fonts/ and tests/browser/vendor/; the results are committed (see README.md).
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { browserslistToTargets, transform } from "lightningcss";
import * as sass from "sass";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, "..");
const modules = join(here, "node_modules");
const uswds = join(modules, "@uswds", "uswds");
const publicSans = join(modules, "@fontsource", "public-sans");
const out = join(top, "seminar_app", "static");
const axeOut = join(top, "tests", "browser", "vendor");
const printOut = join(top, "templates", "print", "fonts");

const version = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const gz = (bytes) => gzipSync(bytes, { level: 9 }).length;
const kept = { [out]: [], [axeOut]: [], [printOut]: [] };

/** Writes a built file and remembers where it comes from, for the manifest of its folder. */
function keep(root, path, bytes, from) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  kept[root].push({ file: path, ...from, bytes: Buffer.byteLength(bytes), sha256: sha256(bytes) });
  return path;
}

/** name.0123456789ab.ext: a name that changes with the content, so that it may be cached for ever. */
function hashed(name, bytes) {
  const dot = name.lastIndexOf(".");
  return `${name.slice(0, dot)}.${sha256(bytes).slice(0, 12)}${name.slice(dot)}`;
}

for (const folder of ["fonts", "img", "vendor"]) rmSync(join(out, folder), { recursive: true, force: true });
rmSync(join(out, "css", "constancia.css"), { force: true }); // the other sheets beside it are the rooms' own
rmSync(axeOut, { recursive: true, force: true });
rmSync(printOut, { recursive: true, force: true });

const from = {
  uswds: { package: "@uswds/uswds", version: version("@uswds/uswds"), licence: "CC0-1.0 AND MIT AND Apache-2.0", licence_file: "vendor/licences/uswds.md" },
  type: { package: "@fontsource/public-sans", version: version("@fontsource/public-sans"), licence: "OFL-1.1", licence_file: "vendor/licences/public-sans.txt" },
  htmx: { package: "htmx.org", version: version("htmx.org"), licence: "0BSD", licence_file: "vendor/licences/htmx.txt" },
  axe: { package: "axe-core", version: version("axe-core"), licence: "MPL-2.0", licence_file: "LICENSE.txt" },
};
for (const [name, path] of [
  ["uswds.md", join(uswds, "LICENSE.md")],
  ["public-sans.txt", join(publicSans, "LICENSE")],
  ["htmx.txt", join(modules, "htmx.org", "LICENSE")],
]) {
  mkdirSync(join(out, "vendor", "licences"), { recursive: true });
  cpSync(path, join(out, "vendor", "licences", name));
}

// Type: Latin as it is, Latin Extended cut to the letters of European names.
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join("");
const extended = range(0x100, 0x17f) + range(0x218, 0x21b) + "\u1e9e";
const fonts = {};
for (const weight of [400, 700]) {
  const read = (set) => readFileSync(join(publicSans, "files", `public-sans-${set}-${weight}-normal.woff2`));
  const files = { latin: read("latin"), "latin-ext": await subsetFont(read("latin-ext"), extended, { targetFormat: "woff2" }) };
  for (const [set, bytes] of Object.entries(files)) {
    const name = `public-sans-${set}-${weight}.woff2`;
    fonts[name] = keep(out, `fonts/${hashed(name, bytes)}`, bytes, from.type);
  }
}

// Type for paper: whole, because the subsets for browsers bear other family names and split a name's letters.
for (const cut of ["Regular", "Bold"]) {
  const name = `PublicSans-${cut}.ttf`;
  keep(printOut, name, readFileSync(join(uswds, "dist", "fonts", "public-sans", name)), { ...from.uswds, licence: "OFL-1.1", licence_file: "LICENSE.txt" });
}
cpSync(join(publicSans, "LICENSE"), join(printOut, "LICENSE.txt"));

// Icons: one sprite of the symbols in use.
const symbol = (id, svg) =>
  `<symbol id="${id}" viewBox="0 0 24 24">${svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/<path fill="none" d="[^"]*"\/>|<path d="M0 0h24v24H0z" fill="none"\/>/g, "")}</symbol>`;
const brand = readFileSync(join(here, "icons", "constancia.svg"), "utf8");
const sprite = [symbol("constancia", brand)];
for (const name of JSON.parse(readFileSync(join(here, "icons", "icons.json"), "utf8"))) {
  sprite.push(symbol(name, readFileSync(join(uswds, "dist", "img", "usa-icons", `${name}.svg`), "utf8")));
}
keep(out, "img/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${sprite.join("")}</svg>\n`, from.uswds);
writeFileSync(join(out, "img", "favicon.svg"), brand.replace("<svg ", '<svg fill="#1b2b4b" '));

// Style sheet.
const compiled = sass.compile(join(here, "sass", "constancia.scss"), {
  loadPaths: [join(uswds, "packages"), join(here, "sass")],
  quietDeps: true,
  logger: sass.Logger.silent,
}).css;
// The two stand-ins of _theme.scss become what they stand for.
const painted = compiled.replaceAll(/#1b2b85/gi, "#1b2b4b").replaceAll(/#fcfcfb/gi, "#fcfbf9");
const images = {};
const addressed = painted.replaceAll(/url\("?\.\.\/(fonts|img)\/([^")]+)"?\)/g, (_, folder, path) => {
  if (folder === "fonts") return `url("../${fonts[path]}")`;
  images[path] ??= (() => {
    const bytes = readFileSync(join(uswds, "dist", "img", path));
    return keep(out, `img/${hashed(basename(path), bytes)}`, bytes, from.uswds);
  })();
  return `url("../${images[path]}")`;
});
const targets = browserslistToTargets(["chrome 105", "edge 105", "firefox 121", "safari 15.4", "ios_saf 15.4"]);
const { code } = transform({ filename: "constancia.css", code: Buffer.from(addressed), minify: true, targets });
const notice = `/*! Constancia, MIT. Holds parts of USWDS ${from.uswds.version} (public domain and MIT): vendor/licences/uswds.md */\n`;
keep(out, "css/constancia.css", Buffer.concat([Buffer.from(notice), code]), from.uswds);

// Scripts and test assets that are used as they come.
keep(out, `vendor/htmx-${from.htmx.version}.min.js`, readFileSync(join(modules, "htmx.org", "dist", "htmx.min.js")), from.htmx);
keep(axeOut, "axe.min.js", readFileSync(join(modules, "axe-core", "axe.min.js")), from.axe);
cpSync(join(modules, "axe-core", "LICENSE"), join(axeOut, "LICENSE.txt"));

const manifest = (files) => JSON.stringify({ files: files.sort((a, b) => a.file.localeCompare(b.file)) }, null, 2) + "\n";
writeFileSync(join(out, "vendor", "MANIFEST.json"), manifest(kept[out]));
writeFileSync(join(axeOut, "MANIFEST.json"), manifest(kept[axeOut]));
writeFileSync(join(printOut, "MANIFEST.json"), manifest(kept[printOut]));

// What it weighs.
const walk = (folder) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? walk(path) : [path];
});
for (const file of walk(out).filter((path) => !path.includes("licences"))) {
  const bytes = readFileSync(file);
  console.log(String(bytes.length).padStart(8), String(gz(bytes)).padStart(8), " ", relative(out, file));
}
