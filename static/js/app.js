/* What every page can do on top of plain links and forms. Nothing here is needed to get work done. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function byId(id) { return document.getElementById(id); }

  /* ---- messages ---- */
  function say(text) {
    var area = byId("messages");
    if (!area) return;
    var box = document.createElement("div"), body = document.createElement("div");
    box.className = "notice is-danger";
    box.setAttribute("role", "alert");
    body.className = "notice-body";
    body.textContent = text;
    box.appendChild(body);
    area.replaceChildren(box);
  }

  /* ---- a form is sent once ---- */
  function free(form) {
    if (!form) return;
    delete form.dataset.busy;
    all(".is-busy", form).forEach(function (button) {
      button.classList.remove("is-busy");
      button.removeAttribute("aria-disabled");
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var method = (form.getAttribute("method") || "get").toLowerCase(); /* a field may be called "method" and hide it */
    if (method === "dialog") return;
    if (form.dataset.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (method !== "post" || form.hasAttribute("data-no-busy")) return;
    form.dataset.busy = "1";
    all("button[type=submit], input[type=submit]", form).forEach(function (button) {
      button.classList.add("is-busy");
      button.setAttribute("aria-disabled", "true");
    });
    setTimeout(function () { free(form); }, 10000);
  }, true);
  window.addEventListener("pageshow", function () { all("form[data-busy]").forEach(free); });

  /* ---- htmx ---- */
  document.addEventListener("htmx:configRequest", function (event) {
    var meta = document.querySelector("meta[name=csrf-token]");
    if (meta && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = meta.content;
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var area = byId("messages");
    if (area && event.detail.requestConfig.verb !== "get") area.replaceChildren();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var xhr = event.detail.xhr;
    if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  /* What was chosen while an answer was on its way is chosen again in what it brings. */
  function chosenIn(part) {
    return all("select, input[type=radio]:checked", part).map(function (field) { return [field.name, field.value]; });
  }
  function choose(part, name, value) {
    var field = all("select", part).find(function (one) { return one.name === name; });
    if (field && Array.from(field.options).some(function (one) { return one.value === value; })) field.value = value;
    var radio = all("input[type=radio]", part).find(function (one) { return one.name === name && one.value === value; });
    if (radio) radio.checked = true;
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    if (target && target.hasAttribute("data-keep-choices")) event.detail.requestConfig.chosen = chosenIn(target);
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var chosen = event.detail.requestConfig.chosen || [];
    chosen.forEach(function (pair) { choose(event.detail.target, pair[0], pair[1]); });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var element = event.detail.requestConfig.elt;
    free(element.closest ? element.closest("form") : null);
  });
  document.addEventListener("htmx:responseError", function (event) {
    var xhr = event.detail.xhr;
    if (!xhr.getResponseHeader("HX-Retarget")) say("没有办成（状态码 " + xhr.status + "）。您填写的内容还在，请稍后再试。");
  });
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { say("网络不通，没有提交成功。您填写的内容还在，请检查网络后再试。"); });
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var target = event.detail.target || event.target;
    var first = target.querySelector && target.querySelector("[data-error-summary], [autofocus]");
    if (first) first.focus();
  });

  /* What was chosen before htmx had come is told again once it listens. */
  var early = [];
  function keepEarly(event) { if (event.target.matches("select, input")) early.push(event.target); }
  document.addEventListener("change", keepEarly);
  document.addEventListener("htmx:load", function () {
    document.removeEventListener("change", keepEarly);
    early.splice(0).forEach(function (control) { if (control.isConnected) window.htmx.trigger(control, "change"); });
  });

  /* ---- menus, drawer, print ---- */
  document.addEventListener("click", function (event) {
    all("details[data-menu][open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    all("details[data-menu][open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    if (location.hash === "#site-nav") location.hash = "#main";
  });

  /* ---- ticking rows ---- */
  function countTicked(form) {
    var name = form.querySelector("[data-select-all]");
    var boxes = name ? all("input[type=checkbox][name='" + name.dataset.selectAll + "']", form) : [];
    var ticked = boxes.filter(function (box) {
      var row = box.closest("tr, li");
      if (row) row.classList.toggle("is-picked", box.checked);
      return box.checked;
    }).length;
    if (name) {
      name.checked = ticked > 0 && ticked === boxes.length;
      name.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    all("[data-bulk='" + form.getAttribute("id") + "']").forEach(function (bar) {
      bar.classList.toggle("is-on", ticked > 0);
      all("[data-selected-count]", bar).forEach(function (out) { out.textContent = ticked; });
    });
  }

  document.addEventListener("change", function (event) {
    var box = event.target, form = box.form;
    if (box.dataset.selectAll && form) {
      all("input[type=checkbox][name='" + box.dataset.selectAll + "']", form).forEach(function (other) { other.checked = box.checked; });
    }
    if (box.type === "checkbox" && form && form.querySelector("[data-select-all]")) countTicked(form);
    if (box.hasAttribute("data-autosubmit") && form) form.requestSubmit();
    if (box.type === "file" && box.dataset.maxBytes) checkSize(box);
  });

  /* ---- files ---- */
  function megabytes(bytes) { return (bytes / 1048576).toFixed(1) + " MB"; }

  function checkSize(input) {
    var limit = Number(input.dataset.maxBytes), note = foot(input);
    var tooBig = Array.prototype.find.call(input.files, function (file) { return file.size > limit; });
    var total = Array.prototype.reduce.call(input.files, function (sum, file) { return sum + file.size; }, 0);
    note.classList.toggle("is-over", Boolean(tooBig));
    note.firstChild.textContent = tooBig
      ? "“" + tooBig.name + "”有 " + megabytes(tooBig.size) + "，超过 " + megabytes(limit) + " 的上限，没有选上。"
      : (input.files.length ? "已选 " + input.files.length + " 个文件，共 " + megabytes(total) : "");
    if (tooBig) input.value = "";
  }

  /* The line under a control: left for its state, right for a count. */
  function foot(control) {
    var next = control.nextElementSibling;
    if (next && next.classList.contains("field-foot")) return next;
    var line = document.createElement("div");
    line.className = "field-foot";
    line.setAttribute("aria-live", "polite");
    line.append(document.createElement("span"), document.createElement("span"));
    control.after(line);
    return line;
  }

  function start() {
    all("form").forEach(function (form) { if (form.querySelector("[data-select-all]")) countTicked(form); });
    var summary = document.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }
  start();
  document.addEventListener("htmx:load", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form && form.querySelector("[data-select-all]")) countTicked(form);
  });
  window.page = { say: say, all: all, foot: foot };
})();
