// Makes repositories with keys, writes pages about them, and looks at these in Chromium. Usage: html.mjs BINARY BROWSER FOLDER.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [binary, executablePath, folder] = process.argv.slice(2);
const axe = fs.readFileSync(path.join(folder, "node_modules/axe-core/axe.min.js"), "utf8");
const work = fs.mkdtempSync(path.join(os.tmpdir(), "aisaleaks-html-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));
const ok = (what) => console.log(`ok: ${what}`);
const key = () => `sk-aisa-${randomBytes(32).toString("base64url")}`;

// A repository whose commits have the dates that are told.
function repository(name) {
  const at = path.join(work, name);
  fs.mkdirSync(at);
  const git = (args, { date = "2026-01-02", who = "Ada Example", email = "ada@example.org" } = {}) => {
    const env = { ...process.env };
    for (const one of ["AUTHOR", "COMMITTER"]) {
      env[`GIT_${one}_NAME`] = who;
      env[`GIT_${one}_EMAIL`] = email;
      env[`GIT_${one}_DATE`] = `${date}T10:00:00Z`;
    }
    return execFileSync("git", args, { cwd: at, env, encoding: "utf8" }).trim();
  };
  const write = (file, text) => {
    fs.mkdirSync(path.join(at, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(at, file), text);
  };
  const commit = (message, how) => {
    git(["add", "-A", "-f"]);
    git(["commit", "-q", "--allow-empty", "-m", message], how);
  };
  git(["init", "-q", "-b", "main"]);
  return { at, git, write, commit };
}

// Runs the program, which is to write a page.
async function page(repo, name, args = []) {
  const file = path.join(folder, `${name}.html`);
  const begun = performance.now();
  const child = spawn(binary, ["scan", "--no-progress", "-f", `html=${file}`, ...args, "."], { cwd: repo.at });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const code = await new Promise((done) => child.on("close", done));
  assert.equal(code, 1, said);
  const size = Math.round(fs.statSync(file).size / 1024);
  console.log(`${name}: ${size} KiB in ${Math.round(performance.now() - begun)} ms`);
  return file;
}

// What AIsa answers to these keys.
async function aisa(answers) {
  const server = http.createServer((request, response) => {
    const found = answers.get(String(request.headers.authorization).replace("Bearer ", ""));
    const [status, body] = found || [401, { error: { type: "error", code: "invalid_api_key", message: "x", request_id: "r" } }];
    response.writeHead(status, { "content-type": "application/json", "x-ratelimit-limit": "60" });
    response.end(JSON.stringify(body));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

const ODD = `"><script>document.title='pwned';alert(1)</script><img src=x onerror=alert(2)>`;

// A repository with a history of four years, and names and messages that want to be markup.
async function few() {
  const repo = repository("few");
  const keys = Array.from({ length: 7 }, key);
  const [live, revoked, ...others] = keys;
  repo.write("README.md", "# The shop\n");
  repo.commit("Begin", { date: "2022-03-04" });
  repo.write("src/client.py", `import os\n\nKEY = os.getenv("AISA_API_KEY", "${live}")\n`);
  repo.commit("Add the client", { date: "2023-04-05" });
  repo.write("deploy/.env", `AISA_API_KEY=${live}\n`);
  repo.write("worker/settings.py", `AISA_API_KEY = "${live}"\n`);
  repo.commit("Deploy the worker", { date: "2023-11-20", who: "Bob Example", email: "bob@example.org" });
  repo.write("config/old.toml", `[aisa]\nkey = "${revoked}"\n`);
  repo.commit("Configure the shop", { date: "2024-02-10", who: "Bob Example", email: "bob@example.org" });
  repo.git(["update-ref", "refs/remotes/origin/main", "HEAD"]);
  repo.git(["rm", "-q", "config/old.toml", "worker/settings.py"]);
  repo.commit("Read keys from the environment", { date: "2024-08-01" });
  repo.write("config/old.toml", `[aisa]\nkey = "${revoked}"\n`);
  repo.commit("Revert it", { date: "2025-01-15" });
  repo.git(["rm", "-q", "config/old.toml"]);
  repo.commit("Remove it again", { date: "2025-02-20" });
  repo.write(`tests/${ODD.replaceAll("/", "\\")}.py`, `KEY = "${others[0]}" # ${ODD}\n`);
  repo.write("bidi\u202egnp.py", `KEY = "${others[1]}"\n`);
  repo.commit(`</code></details>${ODD}`, { date: "2025-09-09", who: ODD, email: "x@example.org" });
  repo.git(["branch", `"><img/src=x>`]);
  repo.write("docs/setup.md", `\`\`\`sh\nexport AISA_API_KEY=${others[2]}\n\`\`\`\n`);
  repo.commit("Document the setup", { date: "2026-01-20" });
  repo.write("notes.txt", `${others[3]}\n`);
  repo.write("legacy.txt", `AIsa's sk-aisa-${others[4].slice(8, 40)}\n`);
  const balance = { balance: 12.5, currency: "USD" };
  const dead = { error: { type: "error", code: "revoked_api_key", message: "x", request_id: "r" } };
  const server = await aisa(new Map([[live, [200, balance]], [revoked, [401, dead]]]));
  const base = `http://127.0.0.1:${server.address().port}/v1`;
  const file = await page(repo, "few", ["--verify", "--verify-base-url", base]);
  server.close();
  return { file, keys };
}

// A repository with 5,000 keys in 500 files.
async function many() {
  const repo = repository("many");
  for (let nth = 0; nth < 500; nth++) {
    repo.write(`src/part${nth}.py`, Array.from({ length: 10 }, () => `KEY = "${key()}"\n`).join(""));
    if (nth % 100 === 99) repo.commit(`Add ${nth}`, { date: `202${1 + Math.floor(nth / 100)}-05-06` });
  }
  return page(repo, "many");
}

const browser = await chromium.launch({ executablePath, headless: true });

// Opens a page that must say nothing, ask nothing, and load nothing but itself.
async function opened(file, { fragment = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const tab = await context.newPage();
  const address = pathToFileURL(file).href;
  const faults = [];
  tab.on("console", (message) => faults.push(`console: ${message.text()}`));
  tab.on("pageerror", (error) => faults.push(`error: ${error}`));
  tab.on("dialog", (dialog) => (faults.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  tab.on("request", (request) => request.url().split("#")[0] === address || faults.push(`request: ${request.url()}`));
  await tab.goto(address + fragment);
  return { tab, address, done: async () => (assert.deepEqual(faults, []), context.close()) };
}

const shown = (tab) => tab.locator("details.key:visible").count();
const fragment = (tab) => new URL(tab.url()).hash;

async function readable(file, keys) {
  const { tab, done } = await opened(file, { javaScriptEnabled: false });
  const text = await tab.locator("body").innerText();
  assert.match(text, /leaked keys, 1 of them live/);
  assert(!(await tab.locator("#filter").isVisible()), "without its script there is no filter");
  assert.equal(await shown(tab), keys.length);
  assert(await tab.locator("details.key").first().locator(".steps").isVisible());
  await tab.emulateMedia({ media: "print" });
  assert(await tab.locator("details.key:not(.dead) .steps").last().isVisible(), "on paper keys are open");
  await done();
  ok("without its script a page is complete, and prints whole");
}

async function harmless(file, keys) {
  const { tab, done } = await opened(file);
  assert(!(await tab.title()).includes("pwned"));
  const html = await tab.content();
  for (const one of keys) assert(!html.includes(one.slice(8, 30)), "no key is in it");
  assert.equal(await tab.locator("img, iframe, object, embed, link, form").count(), 0);
  assert.equal(await tab.locator("script").count(), 1);
  // What comes into the page by other ways is not run either.
  const blocked = await tab.evaluate(() => {
    const seen = new Promise((done) => document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective), { once: true }));
    const script = document.createElement("script");
    script.textContent = "document.title = 'pwned'";
    document.body.append(script);
    return seen;
  });
  assert.match(blocked, /script-src/);
  assert(!(await tab.title()).includes("pwned"));
  await tab.context().close();
  const again = await opened(file);
  await again.tab.locator("summary h3").first().waitFor();
  await again.done();
  ok("hostile names and messages do nothing, and the policy stops what is added");
}

async function filtered(file) {
  const { tab, address, done } = await opened(file);
  const all = await shown(tab);
  const output = tab.locator("#filter output");
  assert.equal(await output.innerText(), `${all} of ${all}`);
  await tab.locator("[name=verdict]").selectOption("active");
  assert.equal(await shown(tab), 1);
  assert.equal(await output.innerText(), `1 of ${all}`);
  assert.equal(fragment(tab), "#verdict=active");
  await tab.locator("[name=q]").fill("Bob WORKER/settings");
  assert.equal(await shown(tab), 1);
  await tab.locator("[name=q]").fill("bob worker nowhere");
  assert.equal(await shown(tab), 0);
  await tab.locator("#filter button").click();
  assert.equal(await shown(tab), all);
  await tab.locator("[name=head]").check();
  const head = await shown(tab);
  assert(head > 0 && head < all);
  await tab.locator("[name=severity]").selectOption("error");
  const link = fragment(tab);
  assert.equal(link, "#severity=error&head=yes");
  const count = await shown(tab);
  await done();
  const linked = await opened(file, { fragment: link });
  assert.equal(await shown(linked.tab), count);
  assert(await linked.tab.locator("[name=head]").isChecked());
  // A choice that there is not, and what is no fragment, change nothing.
  await linked.tab.goto(`${address}#verdict=nonsense&q=%`);
  await linked.tab.goto(`${address}#%E0%A4%A`);
  await linked.done();
  ok("the filter works, and its address brings it back");
}

async function linked(file) {
  const { tab, address, done } = await opened(file);
  const ids = await tab.locator("details.key").evaluateAll((keys) => keys.map((one) => one.id));
  const last = ids.at(-1);
  for (const name of [last, last.slice(0, 20), last.split(":")[1].slice(0, 8)]) {
    await tab.goto(`${address}#severity=error`);
    await tab.goto(`${address}#${name}`);
    const found = tab.locator("details.key").last();
    assert(await found.evaluate((one) => one.open), name);
    await found.locator(".steps").waitFor();
    const top = (await found.boundingBox()).y;
    assert(top >= -1 && top < 900, `${name} is at ${top}`);
    await found.evaluate((one) => (one.open = false));
  }
  await tab.goto(`${address}#verdict=active`);
  await tab.goto(`${address}#${last}`);
  assert.equal(await shown(tab), ids.length, "a key that is filtered out is shown");
  await done();
  ok("a fingerprint, or its beginning, opens a key");
}

async function keyboard(file) {
  const { tab, done } = await opened(file);
  await tab.keyboard.press("Tab");
  assert.equal(await tab.evaluate(() => document.activeElement.className), "skip");
  await tab.keyboard.press("Enter");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "main");
  const summary = tab.locator("details.key > summary").nth(1);
  await summary.focus();
  await tab.keyboard.press("Enter");
  assert(await tab.locator("details.key").nth(1).evaluate((one) => one.open));
  await done();
  ok("keys alone do");
}

async function accessible(file, name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 400]) {
      const { tab, done } = await opened(file, { colorScheme, viewport: { width, height: 900 } });
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(wide <= 0, `${name}: ${wide} pixels too wide at ${width}`);
      await tab.screenshot({ path: path.join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: width > 1000 });
      await tab.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      const open = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(open <= 0, `${name}: ${open} pixels too wide at ${width}, opened`);
      // What is out of sight is not drawn, in a picture of the whole page neither.
      await tab.setViewportSize({ width, height: await tab.evaluate(() => document.documentElement.scrollHeight) });
      await tab.screenshot({ path: path.join(folder, `${name}-open-${colorScheme}-${width}.png`), fullPage: true });
      await tab.evaluate(`${axe};0`);
      const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      const told = violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}`);
      assert.deepEqual(told, [], `${name}, ${colorScheme}, ${width}`);
      await done();
    }
  }
  ok(`axe-core finds no fault in ${name}`);
}

async function large(file) {
  let begun = performance.now();
  const { tab, done } = await opened(file);
  const load = Math.round(performance.now() - begun);
  assert.equal(await tab.locator("details.key").count(), 5000);
  const timed = (text) =>
    tab.evaluate((text) => {
      const field = document.querySelector("[name=q]");
      const begun = performance.now();
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      document.body.getBoundingClientRect();
      return Math.round(performance.now() - begun);
    }, text);
  const [first, second] = [await timed("part499.py"), await timed("part4")];
  assert.equal(await tab.locator("#filter output").innerText(), "1,110 of 5,000");
  await timed("");
  begun = performance.now();
  await tab.evaluate(() => scrollTo(0, document.body.scrollHeight / 2));
  await tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const scroll = Math.round(performance.now() - begun);
  await tab.screenshot({ path: path.join(folder, "many-light-1280.png") });
  console.log(`5,000 keys: loaded in ${load} ms, first search ${first} ms, next ${second} ms, scrolled in ${scroll} ms`);
  // Far more than it takes, so that a busy machine is not taken for a fault.
  assert(load < 30_000 && first < 10_000 && second < 3_000 && scroll < 5_000);
  await done();
  ok("5,000 keys stay usable");
}

try {
  const { file, keys } = await few();
  await readable(file, keys);
  await harmless(file, keys);
  await filtered(file);
  await linked(file);
  await keyboard(file);
  await accessible(file, "few");
  const { tab, done } = await opened(file);
  await tab.pdf({ path: path.join(folder, "few.pdf"), preferCSSPageSize: true });
  await done();
  await large(await many());
} finally {
  await browser.close();
}
