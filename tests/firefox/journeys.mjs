// The main journeys in Firefox, against a running demonstration: node journeys.mjs ADDRESS FEEDBACK_LINK…
// A phone in Spanish and a desk in English: register, go Back, correct, search, mark, answer. Prints a line for each; exit code 1 if any fails.
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const [address, ...feedbackLinks] = process.argv.slice(2);
const PASSWORD = process.env.DEMO_PASSWORD;
const TYPED = { given_names: "Lucía", surname1: "Ñúñez", surname2: "del Río", unit: "Secuestros", position: "Fiscal", phone: "998 123 4567" };

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
  headless: true,
  args: [],
});
let failed = 0;

async function journey(name, language, width, walk) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script failed: ${error.message}`));
  page.on("console", (message) => /content security|csp/i.test(message.text()) && complaints.push(message.text()));
  try {
    await page.setViewport({ width, height: 800 });
    await page.setExtraHTTPHeaders({ "Accept-Language": language });
    await walk(page, language);
    assert.deepEqual(complaints, []);
    console.log(`passed  ${name} (${language}, ${width} px)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name} (${language}, ${width} px) at ${page.url()}\n${error.stack}`);
  } finally {
    await context.close();
  }
}

const value = (page, name) => page.$eval(`main [name=${name}]`, (field) => field.value);
const go = (page, path) => page.goto(address + path);

async function fits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${page.url()} scrolls ${over} px sideways`);
}

async function press(page, selector) {
  const button = await page.waitForSelector(selector);
  await button.evaluate((element) => element.scrollIntoView({ block: "center" }));
  await new Promise((done) => setTimeout(done, 150)); // clicks right after a scroll hit nothing
  await button.click();
}

async function leads(page, part, act) {
  await act();
  await page.waitForFunction((wanted) => location.href.includes(wanted) && document.readyState === "complete", {}, part);
}

async function write(page, name, text) {
  await page.$eval(`main [name=${name}]`, (field) => {
    field.scrollIntoView({ block: "center" });
    field.select();
  });
  await page.type(`main [name=${name}]`, text);
}

async function expectTyped(page, email) {
  for (const [name, text] of Object.entries({ ...TYPED, email })) assert.equal(await value(page, name), text, name);
  assert.equal(await value(page, "agency"), "INM");
  assert.match(await page.$eval("[role=combobox]", (field) => field.value), /^INM · /);
}

async function signIn(page, who) {
  await go(page, "/login");
  await page.type("[name=email]", `${who}@demo.example`);
  await page.type("[name=password]", PASSWORD);
  await leads(page, "/staff/", () => press(page, "main form button.usa-button"));
}

async function register(page, language) {
  const email = `lucia.${language}@inm.example`;
  await go(page, "/seminars/puebla-2027");
  await go(page, "/seminars/puebla-2027/register");
  for (const [name, text] of Object.entries(TYPED)) await write(page, name, text);
  await write(page, "email", "lucia");
  await page.type("[role=combobox]", "INM");
  await page.keyboard.press("Tab");
  await press(page, "label[for=sex-0]");
  await press(page, "label[for=notice_read]");
  const other = language === "es" ? "en" : "es";
  for (const next of [other, language]) {
    await press(page, `.site-header button[lang=${next}]`);
    await page.waitForSelector(`html[lang=${next}]`);
    await expectTyped(page, "lucia");
  }
  await press(page, "main form.form button.usa-button");
  await page.waitForSelector(".error-summary a[href='#email']");
  assert.match(await page.title(), /^Error: /);
  await expectTyped(page, "lucia");
  await fits(page);
  await write(page, "email", email);
  await leads(page, "/sent/", () => press(page, "main form.form button.usa-button"));
  await fits(page);
  await page.goBack();
  await page.waitForSelector("main form.form");
  await expectTyped(page, email);
  await page.goForward();
  await leads(page, "/message", () => press(page, "a[href$='/message']"));
  await leads(page, "/confirm/", () => press(page, "a[href*='/confirm/']"));
  await leads(page, "/registrations/", () => press(page, "main form button.usa-button"));
  await fits(page);
  await leads(page, "/edit", () => press(page, "a[href$='/edit']"));
  await write(page, "position", "Fiscal especializada");
  await leads(page, "/registrations/", () => press(page, "main form.form button.usa-button"));
  await page.waitForFunction(() => document.body.innerText.includes("Fiscal especializada"));
}

async function search(page) {
  await signIn(page, "organizer");
  for (const path of ["/staff/seminars/cancun-2014/roster/", "/staff/people/"]) {
    await go(page, path);
    await write(page, "words", "lopez");
    await leads(page, "find=", () => page.keyboard.press("Enter"));
    const hits = await page.$$eval("main table a", (links) => links.length);
    assert.ok(hits > 0, path);
    assert.ok(!/lopez/i.test(page.url()));
    const person = await page.$eval("main table a", (link) => link.getAttribute("href"));
    await leads(page, person.split("?")[0], () => press(page, "main table a"));
    await page.goBack();
    await page.waitForSelector("main table a");
    assert.equal(await page.$$eval("main table a", (links) => links.length), hits);
    assert.equal(await value(page, "words"), "lopez");
    await fits(page);
  }
}

async function mark(page) {
  await signIn(page, "organizer");
  await go(page, "/staff/seminars/yesterday/attendance/");
  const sheets = await page.$$eval("main a[href*='/attendance/']", (links) => links.map((link) => link.getAttribute("href")));
  await go(page, sheets.find((href) => href.split("-").length >= 5));
  await page.focus("[data-line] input[type=radio]:not(:disabled)");
  await page.keyboard.press("p");
  await page.waitForSelector(".sheet-state[data-state=saved]");
  await page.reload();
  assert.ok(await page.$("[data-line] input[type=radio][value=present]:checked"));
  await fits(page);
}

async function answer(page, language) {
  const link = feedbackLinks[language === "es" ? 0 : 1];
  assert.ok(link, "the demonstration has no open feedback form");
  await go(page, link);
  assert.ok(await page.$("#feedback-form"), await page.$eval("main", (main) => main.innerText));
  const questions = await page.$$eval("#feedback-form input[type=radio]", (fields) => [...new Set(fields.map((field) => field.name))]);
  for (const name of questions) await page.$eval(`#feedback-form [name="${name}"]`, (field) => field.click());
  await page.type("#feedback-form textarea", "Más tiempo para preguntas");
  const other = language === "es" ? "en" : "es";
  const now = await page.$eval("html", (html) => html.lang);
  await press(page, `.site-header button[lang=${now === "es" ? "en" : "es"}]`);
  await page.waitForSelector(`html[lang=${now === "es" ? "en" : "es"}]`);
  assert.equal(await page.$eval("#feedback-form textarea", (field) => field.value), "Más tiempo para preguntas", other);
  for (const name of questions) assert.ok(await page.$(`#feedback-form [name="${name}"]:checked`), name);
  await leads(page, "/thanks", () => press(page, "#feedback-form button.usa-button"));
  await fits(page);
}

for (const [language, width] of [
  ["es", 360],
  ["en", 1280],
]) {
  await journey("register, Back, correct", language, width, register);
  await journey("search, Back", language, width, search);
  await journey("mark by keyboard", language, width, mark);
  await journey("answer, other language", language, width, answer);
}
await browser.close();
process.exit(failed ? 1 : 0);
