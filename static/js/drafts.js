/* Long texts are kept in this browser until the server says that they are stored. Kept for three days, per person;
   signing out clears them. */
(function () {
  "use strict";
  var PREFIX = "draft:", DAYS = 3, PAUSE = 400;
  var user = document.body.dataset.user || "", timers = new WeakMap();
  var store = null;
  try { store = window.localStorage; } catch (e) { /* storage is closed: nothing can be kept */ }
  var all = window.page.all;

  function draftKey(field) {
    return PREFIX + user + ":" + field.form.dataset.formKey + ":" + field.name;
  }

  function keys() {
    var found = [];
    for (var i = 0; store && i < store.length; i += 1) if (store.key(i).indexOf(PREFIX) === 0) found.push(store.key(i));
    return found;
  }

  function read(key) {
    try { return JSON.parse(store.getItem(key)); } catch (e) { return null; }
  }

  function drop(key) { if (store) store.removeItem(key); }

  function submissionKey(form) {
    var input = form.querySelector("input[name=submission_key]");
    return input ? input.value : "";
  }

  function clock(at) { return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }); }

  function save(field) {
    if (!store || !field.form || !field.form.dataset.formKey) return;
    if (!field.value.trim() || field.value === field.defaultValue) return drop(draftKey(field));
    try {
      store.setItem(draftKey(field), JSON.stringify({ text: field.value, at: Date.now(), key: submissionKey(field.form) }));
      window.page.foot(field).firstChild.textContent = "已存本机 " + clock(Date.now());
    } catch (e) {
      window.page.foot(field).firstChild.textContent = "本机空间不足，请尽快提交";
    }
  }

  function count(field) {
    var limit = Number(field.dataset.maxChars), used = Array.from(field.value).length;
    if (!limit || used < limit * 0.8) return;
    var line = window.page.foot(field);
    line.classList.toggle("is-over", used > limit);
    line.lastChild.textContent = used > limit ? "超出 " + (used - limit) + " 字" : used + " / " + limit + " 字";
  }

  document.addEventListener("input", function (event) {
    var field = event.target, form = field.form;
    if (form && form.hasAttribute("data-leave-warning")) form.dataset.dirty = "1";
    if (field.dataset.maxChars) count(field);
    if (!field.hasAttribute("data-autosave")) return;
    clearTimeout(timers.get(field));
    timers.set(field, setTimeout(function () { save(field); }, PAUSE));
  });

  function flush(form) {
    all("[data-autosave]", form).forEach(function (field) {
      if (timers.has(field)) save(field);
    });
  }

  /* ---- offering what was kept ---- */
  function offer(field, draft) {
    var note = document.createElement("div"), text = document.createElement("span");
    note.className = "draft-note";
    note.setAttribute("role", "status");
    text.textContent = "本机存有 " + new Date(draft.at).toLocaleDateString("zh-CN") + " " + clock(draft.at) +
      " 没有提交的内容：“" + draft.text.slice(0, 24) + (draft.text.length > 24 ? "……" : "") + "”";
    note.append(text, button("恢复", function () {
      field.value = draft.text;
      note.remove();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }), button("丢弃", function () {
      drop(draftKey(field));
      note.remove();
    }));
    field.closest(".field") ? field.closest(".field").prepend(note) : field.before(note);
  }

  function button(label, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-secondary btn-sm";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function look(within) {
    if (!store) return;
    all("form[data-form-key]", within).forEach(function (form) {
      if (form.dataset.looked) return;
      form.dataset.looked = "1";
      if (form.hasAttribute("data-failed")) form.dataset.dirty = "1";
      all("[data-autosave]", form).forEach(function (field) {
        var draft = read(draftKey(field));
        if (draft && draft.text !== field.value && !form.hasAttribute("data-failed")) offer(field, draft);
      });
    });
  }

  /* ---- the server says what is stored: cookie `saved` holds the key of the form ---- */
  function forgetSaved() {
    var match = document.cookie.match(/(?:^|; )saved=([0-9A-Za-z-]+)/);
    if (!match) return;
    keys().forEach(function (key) {
      var draft = read(key);
      if (draft && draft.key === match[1]) drop(key);
    });
    document.cookie = "saved=; path=/; max-age=0; samesite=lax";
  }

  function sweep() {
    keys().forEach(function (key) {
      var draft = read(key);
      if (!draft || Date.now() - draft.at > DAYS * 864e5) drop(key);
    });
  }

  function mine() { return keys().filter(function (key) { return key.indexOf(PREFIX + user + ":") === 0; }); }

  /* ---- leaving ---- */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    flush(form);
    delete form.dataset.dirty;
    if (form.hasAttribute("data-logout")) mine().forEach(drop);
  });
  window.addEventListener("beforeunload", function (event) {
    all("form[data-dirty]").forEach(flush);
    if (!document.querySelector("form[data-dirty]")) return;
    event.preventDefault();
    event.returnValue = ""; /* older browsers ask only then */
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.requestConfig.elt, xhr = event.detail.xhr; /* detail.elt is a parent when the form was replaced */
    forgetSaved();
    if (!form.matches || !form.matches("form[data-form-key]")) return;
    if (!xhr || xhr.status >= 400 || xhr.status === 0) form.dataset.dirty = "1";
    else if (!xhr.getResponseHeader("HX-Redirect")) all("[data-autosave]", form).forEach(function (field) { drop(draftKey(field)); });
  });
  document.addEventListener("htmx:load", function (event) {
    look(event.target.parentNode || document);
    if (event.target.dataset && event.target.dataset.formKey) look(event.target.parentNode);
  });

  forgetSaved();
  sweep();
  look(document);
  window.drafts = { count: function () { return mine().length; } };
})();
