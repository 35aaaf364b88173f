// Takes the addresses of the package index out of package-lock.json: the file says what, each machine knows from where.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync(path, JSON.stringify(lock, null, 2) + "\n");
