/* Single-key shortcuts: / search, j k rows, Enter open, x tick, n new, i attach to the incident, ? help. They can be switched off in the help. */
(function () {
  "use strict";
  var OFF = "keys-off";
  var all = window.page.all;

  function enabled() {
    try { return localStorage.getItem(OFF) !== "1"; } catch (e) { return true; }
  }

  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
  }

  function visible(element) { return element.getClientRects().length > 0; }

  function rows() { return all("[data-row], [data-rows] tbody tr").filter(visible); }

  function current() { return document.querySelector(".is-current"); }

  function goTo(row) {
    if (current()) current().classList.remove("is-current");
    row.classList.add("is-current");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    var list = rows(), at = list.indexOf(current());
    var next = at < 0 ? list[0] : list[Math.min(Math.max(at + by, 0), list.length - 1)];
    if (next) goTo(next);
  }

  function openHelp() {
    if (window.page.openDialog("keys")) document.getElementById("keys-enabled").checked = enabled();
  }

  function follow(selector, within) {
    var link = (within || document).querySelector(selector);
    if (link) link.click();
    return Boolean(link);
  }

  var ACTIONS = {
    "/": function () {
      var field = document.querySelector("[data-search]");
      if (field) field.select();
      return Boolean(field);
    },
    j: function () { step(1); return true; },
    k: function () { step(-1); return true; },
    n: function () { return follow("[data-key-new]"); },
    i: function () { return follow("[data-key-incident]"); },
    x: function () { return current() ? follow("input[type=checkbox]", current()) : false; },
    "?": function () { openHelp(); return true; }
  };

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return;
    var target = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
      event.preventDefault();
      follow("button[type=submit]", target.form);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && target === current()) {
      if (follow("a[data-open]", target) || follow("a[href]", target)) event.preventDefault();
      return;
    }
    if (enabled() && ACTIONS[event.key] && ACTIONS[event.key]()) event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-open-keys]")) openHelp();
  });
  document.addEventListener("change", function (event) {
    if (event.target.id !== "keys-enabled") return;
    try { localStorage.setItem(OFF, event.target.checked ? "0" : "1"); } catch (e) { /* storage is closed: on for this page */ }
  });
})();
