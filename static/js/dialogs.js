/* Dialogs are made when they are first needed: a question before a step that cannot be taken back, a look at another
   page without leaving this one, the list of keys. Without dialogs the browser asks, and links lead to their pages. */
(function () {
  "use strict";
  var CAN = Boolean(window.HTMLDialogElement && document.createElement("dialog").showModal);
  var MARKUP = {
    confirm: '<form method="dialog"><p class="dialog-text" id="confirm-text"></p><div class="toolbar">' +
      '<button class="btn btn-primary" value="yes">确定</button><button class="btn btn-secondary" value="no">取消</button></div></form>',
    peek: '<div class="dialog-bar"><h2 class="dialog-title" id="peek-text"></h2><a id="peek-open">在新页打开</a>' +
      '<button class="btn btn-quiet btn-sm" type="button" data-close-dialog>关闭</button></div><div id="peek-body"></div>',
    keys: '<h2 class="dialog-title" id="keys-text">键盘快捷键</h2><dl class="keys">' +
      key("/", "搜索") + key("j k", "下一行、上一行") + key("Enter", "打开选中的一行") + key("x", "勾选这一行") + key("n", "新建") +
      key("Ctrl Enter", "提交正在填写的表单") + key("?", "打开本说明") + '</dl><label class="menu-check">' +
      '<input type="checkbox" class="form-check-input" id="keys-enabled"> 启用单键快捷键</label>' +
      '<div class="toolbar"><button class="btn btn-secondary" type="button" data-close-dialog>关闭</button></div>'
  };

  function key(names, meaning) {
    var keys = names.split(" ").map(function (name) { return "<kbd>" + name + "</kbd>"; }).join(" ");
    return "<div><dt>" + keys + "</dt><dd>" + meaning + "</dd></div>";
  }

  function byId(id) { return document.getElementById(id); }

  /* Opens the dialog `name`, made on first use; null when this browser has none. */
  function openDialog(name) {
    if (!CAN) return null;
    var dialog = byId(name + "-dialog");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = name + "-dialog";
      dialog.className = "dialog" + (name === "peek" ? " is-wide" : "");
      dialog.setAttribute("aria-labelledby", name + "-text");
      dialog.innerHTML = MARKUP[name];
      document.body.appendChild(dialog);
    }
    dialog.returnValue = "no";
    if (!dialog.open) dialog.showModal();
    return dialog;
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
    if (event.target.matches("dialog")) event.target.close();
  });

  /* ---- asking ---- */
  function ask(text) {
    var dialog = openDialog("confirm");
    if (!dialog) return Promise.resolve(window.confirm(text));
    byId("confirm-text").textContent = text;
    return new Promise(function (done) {
      dialog.addEventListener("close", function () { done(dialog.returnValue === "yes"); }, { once: true });
    });
  }

  function question(element) {
    if (element.dataset.confirm) return element.dataset.confirm;
    if (!element.closest("[data-logout]") || !window.drafts) return "";
    var count = window.drafts.count();
    return count ? "您还有 " + count + " 处没有提交的草稿，退出后会从本机清除。确定退出吗？" : "";
  }

  document.addEventListener("click", function (event) {
    var element = event.target.closest && event.target.closest("[data-confirm], [data-logout] button");
    if (!element) return;
    if (element.dataset.confirmed) {
      delete element.dataset.confirmed;
      return;
    }
    var text = question(element);
    if (!text) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(text).then(function (yes) {
      if (!yes) return element.focus();
      element.dataset.confirmed = "1";
      element.click();
    });
  }, true);

  /* ---- looking something up without leaving the page ---- */
  function showPeek(link, html) {
    var page = new DOMParser().parseFromString(html, "text/html");
    var part = page.querySelector("[data-peek-content]") || page.querySelector("main .col-main") || page.querySelector("main") || page.body;
    openDialog("peek");
    var body = byId("peek-body"), heading = page.querySelector("h1");
    body.replaceChildren.apply(body, Array.prototype.slice.call(part.childNodes));
    byId("peek-text").textContent = heading ? heading.textContent.trim() : link.textContent;
    byId("peek-open").href = link.href;
    if (window.htmx) window.htmx.process(body);
  }

  function plainClick(event) { return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey; }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-peek]");
    if (!link || event.defaultPrevented || !plainClick(event) || !CAN || !window.fetch) return;
    event.preventDefault();
    fetch(link.href, { credentials: "same-origin" }).then(function (response) {
      if (response.redirected || !response.ok) throw new Error("not here");
      return response.text();
    }).then(function (html) { showPeek(link, html); }).catch(function () { location.href = link.href; });
  });

  window.page.openDialog = openDialog;
})();
