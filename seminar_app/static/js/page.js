// Small help for every page; each page works without it.
(() => {
  "use strict";

  const nonce = document.currentScript.nonce;
  const { notSent, typedIsLost } = document.body?.dataset ?? {};

  // A form is sent once, and without leaving its page: what comes back with errors, or in the other language, is shown in its
  // place. So Back never ends on a page that was the answer to a form, and without a connection nothing typed is lost.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    const button = event.submitter && "enter" in event.submitter.dataset ? ownButton(form) : event.submitter;
    const sent = button?.name === "page-language" ? changedForm(form) : form;
    const body = bodyOf(sent, button);
    setBusy(sent, button);
    if (!body) return;
    event.preventDefault();
    send(sent, body);
  });

  // The button that Enter would press if none stood before the form (_macros/language.html).
  function ownButton(form) {
    return [...form.elements].find((each) => each.type === "submit" && form.contains(each));
  }

  // After 100 ms the button says that it works.
  function setBusy(form, button) {
    form.setAttribute("aria-busy", "true");
    if (!button?.dataset.working) return;
    form.workingTimer = setTimeout(() => {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.working;
      button.setAttribute("aria-disabled", "true");
    }, 100);
  }

  // Ready to be sent again: Back found the form as it was, or its answer did not come.
  function ready() {
    leaving = false;
    for (const form of document.querySelectorAll('form[aria-busy="true"]')) {
      clearTimeout(form.workingTimer);
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("[data-label]")) {
        button.textContent = button.dataset.label;
        button.removeAttribute("aria-disabled");
        delete button.dataset.label;
      }
    }
  }
  addEventListener("pageshow", (event) => event.persisted && ready());
  document.addEventListener("htmx:afterRequest", ready);

  // What a browser would send, or null where it knows no way to say which button was pressed.
  function bodyOf(form, button) {
    try {
      const data = new FormData(form, button?.form === form ? button : null);
      if (button?.name && button.form !== form) data.append(button.name, button.value);
      return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    } catch {
      return null;
    }
  }

  async function send(form, body) {
    const to = new URL(form.getAttribute("action") || "", location.href);
    let answer;
    try {
      answer = await fetch(to, { method: "POST", body, headers: { "X-In-Place": "1" } });
      if (!answer.headers.has("X-Request-ID")) throw new Error("this is not our answer");
      const leads = answer.headers.get("X-Leads-To");
      if (leads !== null) return await go(new URL(leads, location.href), answer.headers.has("X-Gives-File"));
      const text = await answer.text();
      const complaint = complaintOf(answer, text);
      if (complaint === null) return put(answer, text, defaults());
      ready();
      sayNotSent(form, complaint);
    } catch {
      ready();
      sayNotSent(form, notSent);
    }
  }

  // To another page the browser goes by itself. Its own page it would show as it was kept, so that is fetched. A file leaves the page
  // where it is, so a second later its form can be sent again.
  async function go(target, givesFile) {
    leaving = true;
    keep();
    if (givesFile) setTimeout(ready, 1000);
    if (target.origin === location.origin && target.pathname === location.pathname && target.search === location.search) {
      try {
        const answer = await fetch(target);
        const text = await answer.text();
        history.replaceState(null, "", answer.url + target.hash);
        put(answer, text);
        document.getElementById(target.hash.slice(1))?.scrollIntoView();
      } catch {
        location.reload(); // the form was taken; only its next page did not come
      }
    } else {
      location.assign(target);
    }
  }

  // Put the answer in place of this page. Its scripts carry the nonce that this page's policy knows. Another page is read from its
  // top; the same one, shown again, stays where it was.
  function put(answer, text, begun = new Map()) {
    const own = /'nonce-([^']+)'/.exec(answer.headers.get("Content-Security-Policy") ?? "")?.[1];
    const title = document.title;
    history.replaceState(null, "");
    document.open();
    document.write(own ? text.replaceAll(`nonce="${own}"`, `nonce="${nonce}"`) : text);
    document.close();
    for (const form of document.querySelectorAll("form:not([action]), form[action='']")) form.setAttribute("action", answer.url);
    begin(begun);
    keep();
    if (document.title !== title) scrollTo(0, 0);
    document.querySelector("[autofocus]")?.focus();
  }

  // A page that only says why the form was not taken would take its place, and Back would not lead to it: its words stand at the
  // button instead. «Go back» is left out of them; how long to wait, and the reference, are not.
  function complaintOf(answer, text) {
    const later = answer.status === 429 || answer.status >= 500;
    if (!later && ![400, 413, 422].includes(answer.status)) return null;
    const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    if (!main || main.querySelector("form")) return null;
    return [...main.querySelectorAll(later ? "h1, p" : "h1, .lead")].map((each) => each.textContent.trim()).join(" ");
  }

  function sayNotSent(form, sentence) {
    form.querySelector(".not-sent")?.remove();
    const words = document.createElement("p");
    words.className = "usa-error-message not-sent";
    words.setAttribute("role", "alert");
    words.textContent = sentence;
    (form.querySelector(".submit-row") ?? form.lastElementChild ?? form).before(words);
  }

  // The language switch sends the first form of the page, or the one in which something was changed.
  function changedForm(first) {
    return [...document.querySelectorAll("main form.form")].find(isChanged) ?? first;
  }

  const isBox = (field) => field.type === "checkbox" || field.type === "radio";
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.localName !== "button" && field.type !== "hidden" && field.getAttribute("role") !== "combobox");
  const isChanged = (form) => fieldsOf(form).some((field) => JSON.stringify(now(field)) !== JSON.stringify(before(field)));

  function now(field) {
    if (field.localName === "select") return [...field.selectedOptions].map((option) => option.value);
    return isBox(field) ? field.checked : field.value;
  }

  /** What the field holds before anybody changes it. */
  function before(field) {
    if (field.localName === "select") {
      const chosen = [...field.options].filter((option) => option.defaultSelected);
      return (chosen.length || field.multiple ? chosen : [...field.options].slice(0, 1)).map((option) => option.value);
    }
    if (isBox(field)) return field.defaultChecked;
    const fresh = document.createElement(field.localName); // which takes what such a field takes: no line ends, a date only if it is one
    if (field.localName === "input") fresh.type = field.type;
    fresh.value = field.defaultValue;
    return fresh.value;
  }

  const key = (field) => JSON.stringify([field.form.id, field.name, isBox(field) ? field.value : ""]);
  const allFields = () => [...document.querySelectorAll("main form.form")].flatMap(fieldsOf);
  const defaults = () => new Map(allFields().map((field) => [key(field), before(field)]));

  // The page that was put in place holds what was typed as if it were stored. It is not: what differs from how the form began is
  // what browsers keep for Back, and what the question below asks about.
  function begin(begun) {
    for (const field of allFields().filter((each) => begun.has(key(each)))) {
      const [first, typed] = [begun.get(key(field)), now(field)];
      if (field.localName === "select") for (const option of field.options) option.defaultSelected = first.includes(option.value);
      else field[isBox(field) ? "defaultChecked" : "defaultValue"] = first;
      fill(field, typed);
    }
  }

  function fill(field, typed) {
    if (field.localName === "select") for (const option of field.options) option.selected = typed.includes(option.value);
    else field[isBox(field) ? "checked" : "value"] = typed;
  }

  // Firefox keeps no fields of a page that was put in place. So they are noted in the history's entry, where browsers keep fields
  // too, and filled in again after Back and reload: on pages that a browser may keep, without passwords and numbers of papers.
  const kept = () => [...allFields(), ...document.querySelectorAll("main form.form [data-kept]")].filter((field) => field.autocomplete !== "off" && !["password", "file"].includes(field.type));
  function keep() {
    if (typedIsLost === undefined) history.replaceState({ typed: kept().map((field) => [key(field), now(field)]) }, "");
  }
  if (history.state?.typed && typedIsLost === undefined) {
    const typed = new Map(history.state.typed);
    for (const field of kept()) if (typed.has(key(field))) fill(field, typed.get(key(field)));
  }
  document.addEventListener("change", () => history.state?.typed && keep());

  // A page that no browser keeps asks before what was typed is lost with it.
  let leaving = false;
  if (typedIsLost !== undefined) {
    document.addEventListener("submit", () => (leaving = true));
    addEventListener("beforeunload", (event) => {
      if (!leaving && [...document.querySelectorAll("main form.form")].some(isChanged)) event.preventDefault();
    });
  }

  // A link of the error summary shows the whole group of the field, its question above all.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('.error-summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    const group = field?.closest(".usa-form-group");
    if (!group) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    group.scrollIntoView();
  });

  // Menus close with Escape and give the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
