// A signed sheet is keyed with one hand on the number pad. Without this script it is a form with one button.
//
// A digit marks the row and leads to the next. What was keyed goes into `dirty`; one request at a time carries all of it, a moment
// after the first key or once there are a few. A request that fails puts its rows back, and they are sent again until they arrive.
(() => {
  "use strict";
  const form = document.querySelector("[data-keyed]");
  const bar = document.querySelector(".keyed-bar");
  if (!form || !bar) return;

  const say = form.dataset;
  const ANSWER = "X-Keyed"; // header of our own answers
  const DIGITS = "12340";
  const WITH_MINUTES = "23";
  const FEW = 5; // rows that are sent at once
  const MOMENT = 1500; // milliseconds until fewer are sent
  const LONGEST_ANSWER = 20000;
  const SHORTEST_WAIT = 2000;
  const LONGEST_WAIT = 30000;

  const alertWords = bar.querySelector("[data-alert]");
  const retryButton = bar.querySelector("[data-retry]");
  const undoButton = bar.querySelector("[data-undo]");
  const stateWords = bar.querySelector("[data-state-words]");
  const progress = bar.querySelector("[data-progress]");
  const total = bar.querySelector("[data-total]");
  const jump = bar.querySelector("#go");
  const differences = document.querySelector("[data-differences]");
  const said = new Map([...document.querySelectorAll("template[data-said]")].map((each) => [each.dataset.said, each.content]));

  const rows = [...form.querySelectorAll("li[data-row]")].map((element, place) => ({
    element,
    place,
    key: element.dataset.row,
    group: element.closest("[data-group]"),
    digit: element.querySelector(".keyed-digit"),
    minutes: element.querySelector(".keyed-minutes input"),
    said: element.querySelector(".keyed-said"),
    note: element.querySelector(".keyed-note"),
    was: element.querySelector('input[type="hidden"]'),
    shown: element.dataset.digit,
    number: 0, // of the change in this row; with the page it makes the id of what is recorded
    unanswered: [], // what was sent, and whose answer has not come
  }));
  if (!rows.length) return;
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const byField = new Map(rows.flatMap((row) => [[row.digit, row], [row.minutes, row]]));
  document.documentElement.classList.add("keyed-script");

  // ------------------------------------------------------------ what is said
  const dirty = new Set();
  const refused = new Map(); // row → sentence of the server
  let sent = null; // rows of the request on its way
  let failing = "";
  let told = ""; // what the last key had to say; the next key takes it away

  const alone = []; // rows that go one by one, because they were refused together

  const tell = () => {
    const unsaved = dirty.size + alone.length + (sent ? sent.length : 0);
    let words = told;
    if (refused.size) words = `${say.nameRefused}: ${[...refused.values()][0]}`;
    else if (failing === "signed out") words = say.nameSignedOut;
    else if (failing && unsaved) words = unsaved === 1 ? say.nameFailedOne : say.nameFailed.replace("#", unsaved);
    if (alertWords.textContent !== words) alertWords.textContent = words;
    bar.dataset.state = refused.size || failing ? "failed" : words ? "told" : "";
    retryButton.hidden = !failing;
    stateWords.textContent = failing || refused.size ? "" : unsaved ? say.nameSaving : say.nameSaved;
  };

  const count = () => {
    const numbered = rows.filter((row) => row.element.dataset.number || row.shown);
    progress.textContent = numbered.filter((row) => row.shown).length;
    total.textContent = numbered.length;
  };

  const sign = (words) => {
    told = words;
    bar.classList.remove("keyed-sign");
    void bar.offsetWidth; // begins the sign anew
    bar.classList.add("keyed-sign");
    tell();
  };

  // ------------------------------------------------------------ rows
  const put = (row, digit, minutes) => {
    row.digit.value = row.shown = row.element.dataset.digit = digit;
    row.minutes.value = WITH_MINUTES.includes(digit) ? minutes : "";
    row.said.replaceChildren(digit ? said.get(digit).cloneNode(true) : "");
  };
  const valueOf = (row) => (row.shown ? `${row.shown}:${row.minutes.value.trim()}` : ":");

  const touch = (row) => {
    row.number += 1;
    row.note.textContent = "";
    delete row.element.dataset.differs;
    row.element.dataset.state = "waiting";
    refused.delete(row);
    dirty.add(row);
  };

  const mark = (some, digit) => {
    for (const row of some) {
      put(row, digit, row.shown === digit ? row.minutes.value : "");
      touch(row);
    }
    count();
    soon();
  };

  let current = rows[0];
  const go = (row) => {
    if (!row) return;
    current = row;
    row.digit.focus({ preventScroll: true });
    row.digit.select();
    row.element.scrollIntoView({ block: "center" });
  };
  const step = (by) => {
    const next = rows[current.place + by];
    if (next) return go(next);
    go(current);
    if (by < 0) return;
    const left = rows.filter((row) => row.element.dataset.number && !row.shown);
    told = left.length ? say.nameLeft.replace("#", left.slice(0, 5).map((row) => row.element.dataset.number).join(", ") + (left.length > 5 ? " …" : "")) : say.nameLast;
    tell();
  };

  let bulk = []; // rows that the last «+» has marked
  const rest = () => {
    const open = rows.filter((row) => row.group === current.group && row.place >= current.place && !row.shown);
    const next = rows.find((row) => row.place > current.place && row.group !== current.group);
    if (open.length) mark(open, "1");
    if (open.length) told = open.length === 1 ? say.nameGroupOne : say.nameGroup.replace("#", open.length);
    bulk = open;
    undoButton.hidden = !open.length;
    go(next ?? rows[rows.length - 1]);
    tell();
  };
  undoButton.addEventListener("click", () => {
    const [first] = bulk;
    mark(bulk, "");
    quiet();
    go(first);
  });
  const quiet = () => {
    told = "";
    bulk = [];
    undoButton.hidden = true;
    tell();
  };

  const toMinutes = () => {
    const before = rows[current.place - 1];
    const row = [current, before].find((each) => each && WITH_MINUTES.includes(each.shown) && each.shown);
    if (!row) return sign(say.nameNoMinutes);
    current = row;
    row.minutes.focus({ preventScroll: true });
    row.minutes.select();
    row.element.scrollIntoView({ block: "center" });
  };

  const act = (key) => {
    if (told || bulk.length) quiet();
    if (DIGITS.includes(key)) {
      mark([current], key);
      step(1);
    } else if (key === "Enter" || key === "ArrowDown") step(1);
    else if (key === "-" || key === "ArrowUp") step(-1);
    else if (key === "+") rest();
    else if (key === "*") toMinutes();
    else if (key === "/") {
      jump.focus({ preventScroll: true });
      jump.select();
    } else if (current.shown) {
      mark([current], "");
      current.digit.select();
    }
  };
  const KEYS = new Set([..."12340-+*/.,", "Enter", "ArrowDown", "ArrowUp", "Delete", "Backspace"]);

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = byField.get(event.target);
    if (!row) return;
    current = row;
    if (event.target === row.minutes) {
      const leave = { Enter: () => step(1), Escape: () => go(row), "-": () => go(row), ArrowDown: () => step(1), ArrowUp: () => step(-1) }[event.key];
      if (leave || "+*/.,".includes(event.key)) event.preventDefault();
      leave?.();
      return;
    }
    if (KEYS.has(event.key)) {
      event.preventDefault();
      act(event.key);
    } else if (event.key.length === 1) {
      event.preventDefault();
      if (event.key !== " ") sign(say.nameNoKey.replace("#", event.key));
    }
  });

  // Keyboards on glass say no key: the field says what was typed.
  form.addEventListener("input", (event) => {
    const row = byField.get(event.target);
    if (!row || event.target === row.minutes) return;
    current = row;
    const typed = row.digit.value.trim().slice(-1);
    row.digit.value = row.shown;
    if (typed && DIGITS.includes(typed)) act(typed);
    else if (!typed) act(".");
  });
  form.addEventListener("change", (event) => {
    const row = byField.get(event.target);
    if (!row || event.target !== row.minutes) return;
    touch(row);
    soon();
  });
  form.addEventListener("focusin", (event) => (current = byField.get(event.target) ?? current));
  bar.addEventListener("mousedown", (event) => event.target.closest("[data-press]") && event.preventDefault()); // the row keeps the focus
  bar.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-press]");
    if (pressed) act(pressed.dataset.press);
  });

  // ------------------------------------------------------------ to a row
  bar.querySelector(".keyed-jump").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = jump.value.trim();
    const [, sheet, row, check, alone] = /^(?:(?:(\d{1,5})-)?(\d{1,5})-(\d)|(\d{1,5}))$/.exec(typed) ?? [];
    const lines = [...form.querySelectorAll("li[data-number]")];
    const code = `${Number(sheet ?? say.sheet)}-${Number(row)}-${check}`;
    const found = lines.find((each) => (alone ? Number(each.dataset.number) === Number(alone) : each.dataset.code === code));
    const isBlank = (blank) => (alone ? Number(blank.split("-")[1]) === Number(alone) : blank === code);
    if (!found && say.blank.split(" ").some((each) => each && isBlank(each))) {
      jump.value = "";
      quiet();
      const unlisted = rows.find((each) => !each.element.dataset.number);
      if (unlisted) go(unlisted);
      else document.getElementById("unlisted").scrollIntoView({ block: "center" });
      return sign(say.nameBlank);
    }
    if (!found) {
      jump.select();
      return sign(say.nameNoRow.replace("#", typed));
    }
    jump.value = "";
    quiet();
    if (byKey.has(found.dataset.row)) return go(byKey.get(found.dataset.row));
    found.scrollIntoView({ block: "center" });
    sign(say.nameGone);
  });
  jump.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      jump.value = "";
      quiet();
      go(current);
    } else if ("/+*.,".includes(event.key)) event.preventDefault();
  });

  // ------------------------------------------------------------ saving
  let timer = null;
  let pause = SHORTEST_WAIT;

  const soon = () => {
    tell();
    if (dirty.size >= FEW && !failing) send();
    else timer ??= setTimeout(send, MOMENT);
  };

  const send = () => {
    clearTimeout(timer);
    timer = null;
    if (sent) return;
    const ready = [...dirty].filter((row) => row.minutes !== document.activeElement); // half a number is not sent
    if (!ready.length && dirty.size) timer = setTimeout(send, MOMENT);
    if (!ready.length) return tell();
    sent = ready;
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, page: form.elements.page.value });
    for (const row of sent) {
      dirty.delete(row);
      body.set(`key-${row.key}`, row.shown);
      body.set(`minutes-${row.key}`, row.minutes.value);
      body.set(`was-${row.key}`, row.was.value);
      body.set(`n-${row.key}`, row.number);
      body.set(`sent-${row.key}`, row.unanswered.join(" "));
      row.unanswered.push(valueOf(row));
    }
    tell();
    post(body);
  };

  const post = async (body) => {
    let answer, content;
    try {
      const headers = { "HX-Request": "true" };
      answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers, signal: AbortSignal.timeout(LONGEST_ANSWER) });
      if (answer.headers.has(ANSWER)) content = await answer.json();
    } catch {
      return failed("offline");
    }
    if (answer.headers.get(ANSWER) === "saved") saved(content);
    else if (answer.headers.get(ANSWER) === "refused") wasRefused(content.sentence);
    else failed(answer.status >= 500 || answer.status === 429 ? "offline" : "signed out");
  };

  const failed = (why) => {
    for (const row of sent) {
      dirty.add(row);
      row.element.dataset.state = "failed";
    }
    sent = null;
    failing = why;
    tell();
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, LONGEST_WAIT);
  };

  const wasRefused = (sentence) => {
    const some = sent;
    sent = null;
    failing = "";
    for (const row of some) row.unanswered.pop(); // earlier ones may have arrived
    if (some.length > 1) alone.push(...some); // one row is to blame; the others shall not wait for it
    else if (!dirty.has(some[0])) {
      refused.set(some[0], sentence);
      some[0].element.dataset.state = "refused";
      some[0].note.textContent = sentence;
    }
    next();
  };

  const saved = (content) => {
    for (const row of sent) row.unanswered = [];
    sent = null;
    failing = "";
    pause = SHORTEST_WAIT;
    for (const each of content.rows) arrived(byKey.get(each.key), each);
    differences.textContent =
      content.differences === 0 ? differences.dataset.none : content.differences === 1 ? differences.dataset.one : differences.dataset.many.replace("#", content.differences);
    count();
    next();
  };

  const arrived = (row, now) => {
    row.was.value = now.was;
    if (now.number && !row.element.dataset.number) {
      row.element.dataset.number = now.number;
      row.element.id = `row-${now.number}`;
      row.element.querySelector(".keyed-number").textContent = now.number;
    }
    if (now.taken && dirty.has(row)) return; // keyed again meanwhile
    dirty.delete(row);
    if (row.minutes !== document.activeElement) put(row, now.digit, now.minutes);
    row.note.textContent = now.note;
    row.element.toggleAttribute("data-differs", now.differs);
    if (now.taken) delete row.element.dataset.state;
    else row.element.dataset.state = "overtaken";
    if (!now.taken) sign(now.note);
  };

  const next = () => {
    if (!sent && alone.length && dirty.size === 0) dirty.add(alone.shift());
    if (alone.length || dirty.size >= FEW) send();
    else if (dirty.size) timer ??= setTimeout(send, dirty.size === 1 && refused.size ? 0 : MOMENT);
    tell();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    document.activeElement?.blur?.(); // minutes that were just typed
    send();
    go(current);
  }, true);
  retryButton.addEventListener("click", () => {
    pause = SHORTEST_WAIT;
    send();
  });
  addEventListener("online", () => send());
  addEventListener("beforeunload", (event) => {
    if (dirty.size || sent || alone.length || refused.size) event.preventDefault();
  });

  // ------------------------------------------------------------ the beginning
  const asked = document.getElementById(location.hash.slice(1))?.dataset?.row;
  go(byKey.get(asked) ?? rows.find((row) => row.element.dataset.number && !row.shown) ?? rows[0]);
  count();
  tell();
})();
