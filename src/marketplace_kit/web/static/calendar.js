// A convenience of the calendar, which works without this file. A visit of the day's table can be dragged to a free
// cell: that opens the same form as "Choose another time", filled in, and nothing happens before it is sent.
(() => {
  "use strict";
  const MOVING = document.currentScript.dataset.textMoving || "{time}";
  let dragged = null;

  function dress() {
    for (const visit of document.querySelectorAll("[data-moves] [data-move]")) visit.draggable = true;
  }
  const cellAt = (event) => dragged && event.target.closest?.("[data-moves] td[data-at]");
  const leave = () => document.querySelectorAll(".kit-over").forEach((cell) => cell.classList.remove("kit-over"));

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-moves] [data-move]") || null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.move);
  });
  document.addEventListener("dragend", () => { dragged = null; leave(); });
  document.addEventListener("dragover", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    event.preventDefault();
    leave();
    cell.classList.add("kit-over");
    cell.title = MOVING.replace("{time}", cell.dataset.at.slice(11, 16));
  });
  document.addEventListener("drop", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    event.preventDefault();
    const target = new URL(dragged.dataset.move, location.href);
    target.searchParams.set("starts_at", cell.dataset.at);
    if (cell.dataset.staff) target.searchParams.set("staff", cell.dataset.staff);
    location.assign(target);
  });
  document.addEventListener("htmx:after:swap", dress);
  document.addEventListener("DOMContentLoaded", dress);
})();
