"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");
  const shown = byId("shown");
  const files = [...document.querySelectorAll("details.file")];
  const listed = [...document.querySelectorAll("#file-table tbody tr")];
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

  const field = (name) => form.elements[name]?.value ?? "";
  const wanted = () => ({
    team: field("team"), verdict: field("verdict"), status: field("status"), severity: field("severity"),
    sheet: field("sheet"), code: field("code"), words: fold(field("search")).split(/\s+/).filter(Boolean),
  });

  // What is filtered for stands in the address, so that a view can be kept and sent.
  const toAddress = () => {
    const chosen = [...form.elements].filter((each) => each.name && each.value && each.value !== "found");
    const said = new URLSearchParams(chosen.map((each) => [each.name, each.value])).toString();
    history.replaceState(null, "", said ? `#${said}` : location.pathname + location.search);
  };
  const isFilter = () => location.hash.includes("=");
  const fromAddress = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const each of form.elements) {
      if (each.name) each.value = said.get(each.name) ?? (each.name === "sort" ? "found" : "");
      if (each.name && each.selectedIndex === -1) each.value = "";
    }
    if (field("sort") !== "found") sortFindings(field("sort"));
    apply();
    form.scrollIntoView();
  };

  const ofFile = (data, want) => (!want.team || data.t === want.team)
    && (!want.verdict || data.v === want.verdict) && (!want.status || data.s === want.status);

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
      const show = ofFile(item.file.dataset, want) && matches(item, want);
      item.row.hidden = !show;
      if (show) {
        count += 1;
        perFile.set(item.file, (perFile.get(item.file) ?? 0) + 1);
      }
    }
    let visible = 0;
    for (const row of listed) {
      const narrowed = !files.length && !want.words.every((word) => fold(row.textContent).includes(word));
      row.hidden = !ofFile(row.dataset, want) || narrowed;
      if (!files.length && !row.hidden) visible += 1;
    }
    for (const file of files) {
      file.hidden = !ofFile(file.dataset, want) || (narrow && !perFile.has(file));
      if (!file.hidden) visible += 1;
      if (narrow && !file.hidden && count <= 500) file.open = true;
      for (const cause of file.querySelectorAll("details.cause")) {
        cause.hidden = !cause.querySelector("tbody tr:not([hidden])");
        if (narrow && !cause.hidden && count <= 500) cause.open = true;
      }
    }
    const number = (n) => n.toLocaleString(document.documentElement.lang);
    shown.textContent = shown.dataset.text
      .replace("{shown}", number(count)).replace("{all}", number(rows.length))
      .replace("{files}", number(visible)).replace("{allfiles}", number((files.length ? files : listed).length));
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
    if (file && file.hidden) { for (const each of form.elements) if (each.name) each.value = ""; apply(); }
    for (let up = target.closest("details"); up; up = up.parentNode.closest("details")) up.open = true;
    target.scrollIntoView();
  };

  let opened = [];
  window.addEventListener("beforeprint", () => {
    if (location.hash !== "#everything" && !document.body.classList.contains("team")) return;
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
  const follow = () => (isFilter() ? fromAddress() : reveal());
  window.addEventListener("hashchange", follow);

  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => { toAddress(); apply(); }, 200); };
  form.addEventListener("submit", (event) => { event.preventDefault(); toAddress(); apply(); });
  form.addEventListener("reset", () => setTimeout(() => { sortFindings("found"); toAddress(); apply(); }));
  form.addEventListener("input", (event) => {
    if (event.target.name === "sort") { sortFindings(event.target.value); toAddress(); }
    else soon();
  });
  const openAll = (open) => { for (const file of files) file.open = open; };
  byId("open-all")?.addEventListener("click", () => openAll(true));
  byId("close-all")?.addEventListener("click", () => openAll(false));
  byId("everything")?.addEventListener("click", () => setTimeout(() => window.print()));
  for (const button of document.querySelectorAll("button.print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  form.hidden = false;
  if (location.hash) follow();
})();
