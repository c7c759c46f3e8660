"use strict";
// Beyond plain pages: files that are dropped, and how far work is. Everything else works without it.
const drop = document.getElementById("drop");
if (drop) {
  const files = drop.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, event => { event.preventDefault(); drop.classList.add("over"); });
  document.addEventListener("dragleave", event => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", event => {
    event.preventDefault();
    files.files = event.dataTransfer.files;
    if (files.files.length) drop.requestSubmit();
  });
}
for (const form of document.querySelectorAll("form"))
  form.addEventListener("submit", () => setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = form.method === "post"; }));
const running = document.querySelector("[data-running]");
if (running) {
  const events = new EventSource("events");
  const bar = running.querySelector("progress");
  events.onmessage = event => {
    const work = JSON.parse(event.data);
    if (String(work.number) !== running.dataset.running || work.finished) { events.close(); location.reload(); return; }
    running.querySelector("#progress").textContent = work.total ? `${work.progress} ${work.done} / ${work.total}` : `${work.progress} …`;
    if (work.total) { bar.max = work.total; bar.value = work.done; }
  };
}
