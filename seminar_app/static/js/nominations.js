// The grid of an agency's list; it works without this.
//
// A cell is saved when it is left. A row whose request failed keeps what was typed, says so, and is sent again; the people are
// brought only after everything typed has arrived.
(() => {
  "use strict";
  const say = document.querySelector(".list-page")?.dataset;
  const SAVED = "X-Nominations"; // header of our own answers
  const LONGEST_PRESS = 1000; // milliseconds

  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const cells = () => all(".cell-fault .usa-input");
  const stops = (row) => all("input:not([type=hidden]), button, a[href]", row);
  const boxOf = (element) => element.closest(".cell-fault, .who-is-it, td");
  const isOfRow = (element) => Boolean(element?.closest?.(".list-grid"));
  const isConflict = (cell) => Boolean(cell.closest("[data-conflict]"));
  const isDirty = (cell) => cell.value !== document.getElementsByName(cell.name.replace("cell-", "was-"))[0]?.value;

  // ------------------------------------------------------------ what is under way
  const underWay = new Set(); // controls whose request was asked for and has no answer
  const failed = new Map(); // id of a control whose request failed → whether it may succeed by itself
  let bringing = false; // the button was pressed before everything was saved

  const unsaved = () => cells().filter((cell) => isDirty(cell) && !isConflict(cell));
  const conflicts = () => all(".cell-fault[data-conflict] .usa-input");
  const again = (control) => htmx.trigger(control, control.matches(".usa-input") ? "change" : "click");

  // The button waits for what is under way, and is shut while something could not be saved.
  const tellButton = () => {
    const button = document.getElementById("bring");
    if (!button) return;
    const waits = failed.size > 0 || conflicts().length > 0;
    const words = button.form.querySelector(".bring-waits");
    button.disabled = waits;
    if (words.hidden === waits) {
      words.hidden = !waits;
      words.textContent = waits ? say.waits : "";
    }
    if (bringing && !waits) button.setAttribute("aria-disabled", "true");
  };

  const settle = () => {
    for (const id of [...failed.keys()]) if (!document.getElementById(id)) failed.delete(id);
    if (failed.size || conflicts().length) bringing = false;
    tellButton();
    if (!bringing || underWay.size) return;
    const left = unsaved();
    if (left.length) return again(left[0]);
    bringing = false;
    document.getElementById("bring")?.form.requestSubmit(document.getElementById("bring"));
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest(".to-bring")) return;
    if (!underWay.size && !unsaved().length && !failed.size && !conflicts().length) return;
    event.preventDefault();
    bringing = true;
    settle();
  }, true);

  // ------------------------------------------------------------ a request, and what may go wrong with it
  // Where a press begins, its end must find the same button: what leaving a cell sends waits for it.
  let pressed = 0;
  let held = [];
  const released = () => {
    clearTimeout(pressed);
    pressed = 0;
    const some = held;
    held = [];
    for (const issue of some) issue();
  };
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.(".to-bring button")) pressed = setTimeout(released, LONGEST_PRESS);
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(released));

  document.addEventListener("htmx:confirm", (event) => {
    if (!isOfRow(event.target)) return;
    underWay.add(event.target);
    if (!pressed) return;
    event.preventDefault();
    held.push(() => event.detail.issueRequest(true));
  });

  const sayFailed = (control, sentence) => {
    const box = boxOf(control);
    box.querySelector(".not-saved")?.remove();
    const words = document.createElement("p");
    words.className = "not-saved";
    words.id = `${control.id}-not-saved`;
    words.setAttribute("role", "alert");
    words.textContent = sentence;
    if (!control.matches(".usa-input")) {
      words.append(" ", Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: say.sendAgain }));
      words.lastChild.addEventListener("click", () => again(control));
    }
    control.after(words);
  };

  const reasonOf = (xhr) => {
    if (xhr.getResponseHeader(SAVED) === "refused") return `${say.refused}: ${xhr.responseText}`;
    if (xhr.status === 0) return say.offline;
    if (xhr.status === 429) return say.tooMany;
    // A page of signing in, of another account's rights, or of a form that is too old.
    return [200, 401, 403, 422].includes(xhr.status) ? say.signedOut : say.failed;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    const row = target.closest?.(".list-grid tr");
    if (!row) return;
    if (xhr.getResponseHeader(SAVED) !== "saved") {
      event.detail.shouldSwap = false;
      return;
    }
    // What was typed while the answer was on its way is kept, and is sent when the cell is left.
    const typed = all(".cell-fault .usa-input", row).filter((cell) => cell.value !== requestConfig.formData.get(cell.name));
    if (typed.length) {
      event.detail.shouldSwap = false;
      for (const cell of all(".cell-fault .usa-input", row)) {
        document.getElementsByName(cell.name.replace("cell-", "was-"))[0].value = requestConfig.formData.get(cell.name);
      }
      return;
    }
    keepFocus(row);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const control = event.detail.elt;
    if (!isOfRow(control) && !underWay.has(control)) return;
    underWay.delete(control);
    const { xhr } = event.detail;
    if (event.detail.successful && xhr.getResponseHeader(SAVED) === "saved") {
      failed.delete(control.id);
      control.parentElement?.querySelector(`#${CSS.escape(control.id)}-not-saved`)?.remove();
      for (const [id, byItself] of failed) if (byItself) setTimeout(() => retry(id));
    } else if (!xhr.getResponseHeader("HX-Redirect")) {
      failed.set(control.id, xhr.status === 0);
      sayFailed(control, reasonOf(xhr));
    }
    setTimeout(settle); // the answer is in its place then
  });
  // A request that gave way to another one has no answer.
  document.addEventListener("htmx:beforeRequest", () => {
    for (const control of underWay) if (!document.contains(control)) underWay.delete(control);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const control of underWay) if (!document.contains(control)) underWay.delete(control);
    settle();
  });

  const retry = (id) => {
    const control = document.getElementById(id);
    if (control && !underWay.has(control)) again(control);
  };
  addEventListener("online", () => [...failed.keys()].forEach(retry));

  let leaving = false;
  document.addEventListener("submit", (event) => (leaving ||= !event.defaultPrevented));
  document.addEventListener("htmx:beforeOnLoad", (event) => (leaving ||= Boolean(event.detail.xhr.getResponseHeader("HX-Redirect"))));
  addEventListener("beforeunload", (event) => {
    if (!leaving && (failed.size || underWay.size || unsaved().length)) event.preventDefault();
  });

  // ------------------------------------------------------------ keyboard and focus
  // Enter goes to the next faulty cell, as in a spreadsheet; leaving the cell sends it. One that is not saved is sent again.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.(".cell-fault .usa-input")) return;
    event.preventDefault();
    if (failed.has(event.target.id) || isConflict(event.target)) return again(event.target);
    const every = cells();
    const next = every[every.indexOf(event.target) + 1];
    if (next) next.focus();
    else event.target.blur();
  });

  // A row that comes back may lack what had the focus, or not come back at all: then its next stop gets it, or that of the row below.
  const keepFocus = (row) => {
    if (!row.contains(document.activeElement)) return;
    const [id, below, at] = [row.id, row.nextElementSibling?.id, stops(row).indexOf(document.activeElement)];
    setTimeout(() => {
      if (document.activeElement !== document.body) return;
      const same = document.getElementById(id);
      const there = [same, document.getElementById(below)].filter(Boolean).flatMap(stops);
      (there[same ? Math.max(0, Math.min(at, there.length - 1)) : 0] ?? document.getElementById("rows"))?.focus();
    }, 40);
  };

  // What has the focus is not under the bar at the foot of the window, however high that is.
  const measured = new ResizeObserver(([bar]) => {
    document.documentElement.style.setProperty("--to-bring", `${bar.target.offsetHeight}px`);
  });
  const measure = () => {
    measured.disconnect();
    const bar = document.getElementById("to-bring");
    if (bar) measured.observe(bar);
  };
  document.addEventListener("htmx:oobAfterSwap", measure);
  measure();
})();
