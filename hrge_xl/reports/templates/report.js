"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");
  const shown = byId("shown");
  const files = [...document.querySelectorAll("details.file")];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let rows = null;

  // The rows are looked at only when somebody filters or sorts: opening a large report stays fast.
  const index = () => {
    if (rows) return rows;
    rows = [];
    for (const file of files) {
      for (const row of file.querySelectorAll("table.f tbody tr")) {
        const [, code, place, question] = row.cells;
        const first = place.firstChild;
        rows.push({
          row, file, order: rows.length, severity: row.className,
          code: code.firstChild.textContent.trim(),
          sheet: first && first.nodeType === 3 ? first.data : "",
          place: place.textContent, question: question.textContent, text: null,
        });
      }
    }
    return rows;
  };

  const wanted = () => {
    const field = (name) => form.elements[name].value;
    return { team: field("team"), severity: field("severity"), sheet: field("sheet"), code: field("code"),
             words: fold(field("search")).split(/\s+/).filter(Boolean) };
  };

  const matches = (item, want) => {
    if (want.severity && item.severity !== want.severity) return false;
    if (want.sheet && item.sheet !== want.sheet) return false;
    if (want.code && item.code !== want.code) return false;
    if (!want.words.length) return true;
    item.text ??= fold(item.file.firstElementChild.textContent + " " + item.row.textContent);
    return want.words.every((word) => item.text.includes(word));
  };

  const apply = () => {
    const want = wanted();
    const narrow = Boolean(want.severity || want.sheet || want.code || want.words.length);
    const perFile = new Map();
    let count = 0;
    for (const item of index()) {
      const show = (!want.team || item.file.dataset.t === want.team) && matches(item, want);
      item.row.hidden = !show;
      if (show) {
        count += 1;
        perFile.set(item.file, (perFile.get(item.file) ?? 0) + 1);
      }
    }
    let visible = 0;
    for (const file of files) {
      file.hidden = Boolean(want.team && file.dataset.t !== want.team) || (narrow && !perFile.has(file));
      if (!file.hidden) visible += 1;
      if (narrow && !file.hidden && count <= 500) file.open = true;
    }
    const number = (n) => n.toLocaleString(document.documentElement.lang);
    shown.textContent = shown.dataset.text
      .replace("{shown}", number(count)).replace("{all}", number(rows.length))
      .replace("{files}", number(visible)).replace("{allfiles}", number(files.length));
  };

  const rank = { e: 0, w: 1, i: 2 };
  const compareText = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const orders = {
    found: (a, b) => a.order - b.order,
    severity: (a, b) => rank[a.severity] - rank[b.severity],
    code: (a, b) => compareText(a.code, b.code),
    place: (a, b) => compareText(a.place, b.place),
    question: (a, b) => compareText(a.question, b.question),
  };

  const sortFindings = (name) => {
    const groups = new Map();
    for (const item of index()) {
      const body = item.row.parentNode;
      if (!groups.has(body)) groups.set(body, []);
      groups.get(body).push(item);
    }
    for (const [body, items] of groups) {
      items.sort((a, b) => orders[name](a, b) || a.order - b.order);
      body.append(...items.map((item) => item.row));
    }
  };

  const sortTable = (table, column, button) => {
    const head = button.parentNode;
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.n ?? row.cells[column].textContent;
    const sorted = [...table.tBodies[0].rows].sort((a, b) => compareText(key(a), key(b)));
    table.tBodies[0].append(...(down ? sorted.reverse() : sorted));
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortTable(table, column, button));
    });
  }

  const reveal = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const file = target.closest("details.file");
    if (file && file.hidden) { form.reset(); apply(); }
    for (let up = target.closest("details"); up; up = up.parentNode.closest("details")) up.open = true;
    target.scrollIntoView();
  };

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
  window.addEventListener("hashchange", reveal);

  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(apply, 200); };
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("reset", () => setTimeout(() => { sortFindings("found"); apply(); }));
  form.addEventListener("input", (event) => {
    if (event.target.name === "sort") sortFindings(event.target.value);
    else soon();
  });
  const openAll = (open) => { for (const file of files) file.open = open; };
  byId("open-all").addEventListener("click", () => openAll(true));
  byId("close-all").addEventListener("click", () => openAll(false));
  for (const button of document.querySelectorAll("button.print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  form.hidden = false;
  if (location.hash) reveal();
})();
