// The marking sheet: each mark is saved as it is made. Without this script the sheet is a form with one button.
//
// What is changed goes into `waiting`; one request at a time carries all that waits (htmx, answered by the lines and the
// counts). A request that fails puts its lines back, and they are sent again until they arrive: nothing is dropped silently.
(() => {
  "use strict";
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet || !window.htmx) return;

  const say = sheet.dataset;
  const state = sheet.querySelector(".sheet-state");
  const words = state.querySelector("[data-state-words]");
  const retryButton = state.querySelector("[data-retry]");
  const courier = document.getElementById("courier"); // stands outside the form, else htmx would send all of it
  const undoButton = sheet.querySelector("[data-undo]");
  const find = sheet.querySelector("#find");
  const SHORTEST_WAIT = 2000;
  const LONGEST_WAIT = 30000;

  const waiting = new Set(); // keys of lines to be sent
  const refused = new Map(); // key → sentence of the server
  const numbers = new Map(); // key → number of the change on that line; with the page it makes the id of what is stored
  const unanswered = new Map(); // key → numbers of the changes that were sent, and whose answer has not come
  const sentNumbers = new Map(); // key → number of the change in the request on its way
  const past = []; // undo: what lines were before each deed
  let sent = null; // lines of the request on its way
  let pause = SHORTEST_WAIT;
  let timer = null;
  let failing = false;

  for (const element of sheet.querySelectorAll("[data-needs-script]")) element.hidden = false;
  for (const element of sheet.querySelectorAll("[data-without-script]")) element.hidden = true;

  // ------------------------------------------------------------ lines
  const lines = () => [...sheet.querySelectorAll("[data-line]")];
  const lineOf = (element) => element?.closest?.("[data-line]");
  const lineBy = (key) => document.getElementById(`line-${key}`);
  const radios = (line) => [...line.querySelectorAll('input[type="radio"]')];
  const minutesOf = (line) => line.querySelector('input[type="number"]');
  const marked = (line) => radios(line).find((radio) => radio.checked)?.value ?? "";
  const snapshot = (line) => ({ key: line.dataset.line, status: marked(line), minutes: minutesOf(line).value });
  const shown = new Map(lines().map((line) => [line.dataset.line, snapshot(line)])); // as last changed here

  const put = (line, status, minutes) => {
    for (const radio of radios(line)) radio.checked = radio.value === status;
    minutesOf(line).value = minutes;
  };

  const changed = (key) => {
    const line = lineBy(key);
    shown.set(key, snapshot(line));
    refused.delete(key);
    numbers.set(key, (numbers.get(key) ?? 0) + 1);
    waiting.add(key);
    line.dataset.state = "waiting";
  };

  // Writes marks on some lines as one deed that one Z takes back.
  const mark = (some, status) => {
    if (radios(some[0]).some((radio) => radio.value === status && radio.disabled)) return; // the session is not near yet
    const before = some.map((line) => shown.get(line.dataset.line));
    for (const line of some) {
      const hasMinutes = status === "late" || status === "left_early";
      const kept = marked(line) === status ? minutesOf(line).value : "";
      put(line, status, hasMinutes ? kept || say.defaultMinutes : "");
    }
    remember(before);
    some.forEach((line) => changed(line.dataset.line));
    send();
  };

  const remember = (before) => {
    past.push(before);
    undoButton.disabled = false;
  };

  const undo = () => {
    const before = past.pop();
    undoButton.disabled = past.length === 0;
    if (!before) return;
    for (const { key, status, minutes } of before) {
      const line = lineBy(key);
      if (!line) continue;
      put(line, status, minutes);
      changed(key);
    }
    focus(lineBy(before[0].key));
    send();
  };

  // ------------------------------------------------------------ saving
  const tell = () => {
    const unsaved = waiting.size + (sent ? sent.length : 0);
    retryButton.hidden = !failing;
    if (refused.size) {
      state.dataset.state = "refused";
      words.textContent = `${say.nameRefused}: ${[...refused.values()][0]}`;
    } else if (failing === "signed out") {
      state.dataset.state = "failed";
      words.textContent = say.nameSignedOut;
    } else if (failing && unsaved) {
      state.dataset.state = "failed";
      words.textContent = unsaved === 1 ? say.nameFailedOne : say.nameFailed.replace("#", unsaved);
    } else {
      state.dataset.state = unsaved ? "saving" : "saved";
      words.textContent = unsaved ? say.nameSaving : say.nameSaved;
    }
  };

  const LONGEST_PRESS = 1000; // milliseconds; a press whose end nobody saw holds nothing back any longer
  let pressed = 0;
  let held = false; // what was to be sent meanwhile

  const send = () => {
    tell();
    if (sent || waiting.size === 0) return;
    held = pressed !== 0;
    if (held) return;
    clearTimeout(timer);
    sent = [...waiting].filter((key) => lineBy(key));
    waiting.clear();
    const values = {};
    for (const key of sent) {
      const line = lineBy(key);
      values[`mark-${key}`] = marked(line);
      values[`minutes-${key}`] = minutesOf(line).value;
      values[`was-${key}`] = line.querySelector('input[type="hidden"]').value;
      const number = numbers.get(key);
      const earlier = (unanswered.get(key) ?? []).filter((one) => one !== number);
      values[`n-${key}`] = number;
      values[`after-${key}`] = earlier.join(" ");
      unanswered.set(key, [...earlier, number]);
      sentNumbers.set(key, number);
    }
    values.csrf_token = sheet.elements.csrf_token.value;
    values.page = sheet.elements.page.value;
    htmx.ajax("POST", sheet.getAttribute("action"), { source: courier, target: courier, swap: "none", values }).catch(() => {}); // htmx:afterRequest has dealt with it
  };

  const again = () => {
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, LONGEST_WAIT);
  };

  const failed = (why) => {
    for (const key of sent) {
      waiting.add(key);
      lineBy(key).dataset.state = "failed";
    }
    sent = null;
    failing = why;
    tell();
    again();
  };

  const wasRefused = (sentence) => {
    const some = sent;
    sent = null;
    for (const key of some) {
      unanswered.set(key, unanswered.get(key).filter((number) => number !== sentNumbers.get(key))); // earlier ones may have arrived
    }
    if (some.length > 1) {
      alone.push(...some); // one line is to blame; the others shall not wait for it
    } else {
      refused.set(some[0], sentence);
      const line = lineBy(some[0]);
      line.dataset.state = "refused";
      line.querySelector(".line-note").textContent = sentence;
    }
    next();
  };

  const alone = []; // lines that go one by one, because they were refused together
  const next = () => {
    if (!sent && alone.length && waiting.size === 0) waiting.add(alone.shift());
    send();
  };

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt !== courier) return;
    // A sign-in page or a proxy's error is no answer to a mark.
    if (!event.detail.xhr.getResponseHeader(say.answer)) event.detail.shouldSwap = false;
    if (event.detail.xhr.status === 422) event.detail.shouldSwap = false;
  });

  // A line that was marked again while its answer was on the way keeps what the person sees.
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const key = event.detail.target?.dataset?.line;
    if (!key) return;
    if (waiting.has(key)) {
      const hidden = event.detail.fragment.querySelector?.('input[type="hidden"]');
      if (hidden) event.detail.target.querySelector('input[type="hidden"]').value = hidden.value;
      event.detail.shouldSwap = false;
      return;
    }
    const active = document.activeElement;
    if (event.detail.target.contains(active)) {
      focused = { key, minutes: active.type === "number", link: active.tagName === "A" };
    }
  });
  let focused = null;
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const line = focused && lineBy(focused.key);
    if (!line || line.contains(document.activeElement)) return;
    if (focused.minutes) minutesOf(line).focus({ preventScroll: true });
    else if (focused.link) line.querySelector("a").focus({ preventScroll: true });
    else target(line).focus({ preventScroll: true });
    focused = null;
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== courier || !sent) return;
    const { xhr } = event.detail;
    const answer = xhr.getResponseHeader(say.answer);
    if (answer === "refused") return wasRefused(xhr.responseText);
    if (answer !== "saved") {
      const elsewhere = xhr.status === 200 || xhr.status === 401 || xhr.status === 403 || xhr.status === 404 || xhr.status === 422;
      return failed(elsewhere ? "signed out" : "offline");
    }
    for (const key of sent) {
      const line = lineBy(key);
      unanswered.delete(key);
      if (line && !waiting.has(key)) {
        delete line.dataset.state;
        shown.set(key, snapshot(line));
      }
    }
    sent = null;
    failing = false;
    pause = SHORTEST_WAIT;
    filter();
    next();
  });

  addEventListener("online", () => send());
  retryButton.addEventListener("click", () => {
    pause = SHORTEST_WAIT;
    send();
  });
  addEventListener("beforeunload", (event) => {
    if (waiting.size || sent) event.preventDefault();
  });

  // ------------------------------------------------------------ thumb and mouse
  // An answer may add a note to a line and move those below; where a press begins, its end must find the same button.
  sheet.addEventListener("pointerdown", () => {
    clearTimeout(pressed);
    pressed = setTimeout(released, LONGEST_PRESS);
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(released));
  const released = () => {
    clearTimeout(pressed);
    pressed = 0;
    if (held) send();
  };

  sheet.addEventListener("change", (event) => {
    const line = lineOf(event.target);
    if (!line) return;
    const key = line.dataset.line;
    const before = shown.get(key);
    if (event.target.type === "radio") {
      const hasMinutes = event.target.value === "late" || event.target.value === "left_early";
      minutesOf(line).value = hasMinutes ? minutesOf(line).value || say.defaultMinutes : "";
    }
    remember([before]);
    changed(key);
    send();
  });

  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button === undoButton) undo();
    if (button.name !== "all_present") return;
    event.preventDefault();
    const group = button.closest("[data-group]");
    const some = (group ? [...group.querySelectorAll("[data-line]")] : lines()).filter((line) => !marked(line));
    if (some.length) mark(some, "present");
  });

  sheet.addEventListener("submit", (event) => {
    event.preventDefault(); // Enter in a field: everything is saved already
    event.stopImmediatePropagation();
  }, true);

  // ------------------------------------------------------------ keyboard
  const letters = new Map();
  for (const label of sheet.querySelector("[data-line]")?.querySelectorAll("label:has(input[type=radio])") ?? []) {
    letters.set(label.querySelector("b").textContent.trim().toLowerCase(), label.querySelector("input").value);
  }

  const target = (line) => radios(line).find((radio) => radio.checked) ?? radios(line)[0];
  const focus = (line) => {
    if (!line) return;
    target(line).focus();
    line.scrollIntoView({ block: "nearest" });
  };
  const beside = (line, step) => {
    const visible = lines().filter((one) => !one.hidden);
    return visible[visible.indexOf(line) + step];
  };

  sheet.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = lineOf(event.target);
    if (event.target === find) {
      if (event.key === "Escape") {
        find.value = "";
        filter();
      } else if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        focus(lines().find((one) => !one.hidden));
      }
      return;
    }
    if (!line) return;
    const typing = event.target.type === "number";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const there = beside(line, event.key === "ArrowDown" ? 1 : -1);
      if (there) focus(there);
      else if (event.key === "ArrowUp") find.focus();
    } else if (typing) {
      if (event.key === "Enter") {
        event.preventDefault();
        focus(beside(line, 1) ?? line);
      } else if (event.key === "Escape") focus(line);
    } else if (letters.has(event.key.toLowerCase())) {
      event.preventDefault();
      mark([line], letters.get(event.key.toLowerCase()));
      focus(beside(line, 1) ?? line);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (marked(line)) mark([line], "");
    } else if (event.key.toLowerCase() === "z") {
      event.preventDefault();
      undo();
    } else if (event.key.toLowerCase() === "m" && getComputedStyle(minutesOf(line).parentElement).display !== "none") {
      event.preventDefault();
      minutesOf(line).select();
    } else if (event.key === "/") {
      event.preventDefault();
      find.focus();
    }
  });

  // From the first moment, and after a click beside the list: while no field has the focus.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("a, button, input, select, textarea, summary")) return;
    const act = { ArrowDown: () => focus(lines().find((one) => !one.hidden)), "/": () => find.focus(), z: undo }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ------------------------------------------------------------ finding
  const filter = () => {
    const wanted = foldText(find.value).split(" ").filter(Boolean);
    let found = 0;
    for (const line of lines()) {
      line.hidden = !wanted.every((word) => line.dataset.search.includes(word));
      if (!line.hidden) found += 1;
    }
    for (const group of sheet.querySelectorAll("[data-group]")) {
      group.hidden = Boolean(wanted.length) && !group.querySelector("[data-line]:not([hidden])");
    }
    sheet.querySelector("[data-nobody]").hidden = found > 0;
  };
  find.addEventListener("input", filter);

  // The groups' heads stop below the bar, however high it is.
  const bar = sheet.querySelector(".sheet-bar");
  new ResizeObserver(() => sheet.style.setProperty("--sheet-bar", `${bar.offsetHeight}px`)).observe(bar);
})();
