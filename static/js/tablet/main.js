/* Starts the page: what lies on the tablet first, the server afterwards; views, the state of the connection. */
(function () {
  "use strict";
  var tablet = window.tablet, el = tablet.el, app = document.getElementById("app");
  var view = "cards", at = 0, query = "", only = "", saving = Promise.resolve(), drawn = "";
  var VIEWS = [["cards", "作答"], ["visit", "检查经过"], ["list", "项目清单"], ["queue", "发送情况"]];
  tablet.root = document.body.dataset.root || "";
  Object.assign(tablet, { entries: [], photos: [], drafts: {}, found: {}, user: null, check: null });

  /* ---- answers ---- */
  tablet.recount = function () {
    tablet.found = tablet.standings(tablet.entries.filter(function (row) { return row.state !== "refused"; }));
  };

  /* Into memory at once, then onto the disk, then to the server; one after the other, as each builds on the last. */
  tablet.save = function (item, instance, data) {
    if (barred()) {
      tablet.told(barred(), true);
      return Promise.resolve();
    }
    var standing = tablet.found[tablet.key(item, instance)], heads = standing ? standing.heads.map(function (head) { return head.client_id; }) : [];
    var row = { client_id: tablet.id(), check: tablet.check.id, item: item, instance: instance, data: data, base: heads[0] || "",
      resolves: heads.length > 1 ? heads : [], at: tablet.now(), by: tablet.user.name, by_id: tablet.user.id, user: tablet.user.id, state: "saving", seq: tablet.nextSeq() };
    tablet.entries.push(row);
    tablet.recount();
    tablet.redraw(true);
    saving = saving.then(async function () {
      row.own = await tablet.entryDigest(row);
      row.state = "waiting";
      await tablet.store.put("entries", row);
      tablet.changed();
      tablet.sync();
    }).catch(tablet.failed);
    return saving;
  };

  /* Why nothing can be recorded, as far as this tablet knows; "" where it can. */
  function barred() {
    if (tablet.check.state && tablet.check.state !== "open") return tablet.check.state_words + "，不再收新的答案。";
    var me = mine();
    if (me && me.conflict) return "您声明了利害关系，应当回避。";
    return me && !me.declared ? "作答以前请先声明有没有利害关系。" : "";
  }

  function mine() {
    return tablet.user && (tablet.check.inspectors || []).find(function (one) { return one.id === tablet.user.id; });
  }

  /* Later is larger, also within one millisecond and after the clock was set back. */
  tablet.nextSeq = function () {
    tablet.seq = Math.max(Date.now(), (tablet.seq || 0) + 1);
    return tablet.seq;
  };

  tablet.giveUp = async function (row) {
    if (!window.confirm("放弃以后这一条从平板上删除，确定吗？")) return;
    var rows = row.data ? tablet.entries : tablet.photos;
    rows.splice(rows.indexOf(row), 1);
    await tablet.store.remove(row.data ? "entries" : "photos", row.client_id);
    tablet.recount();
    tablet.redraw(true);
  };

  tablet.failed = function (odd, words) { tablet.told((words || "没有存到本机，请不要关闭页面。") + "（" + (odd && odd.message ? odd.message : odd) + "）", true); };

  tablet.told = function (words, bad) {
    var box = el("p", { class: "line" + (bad ? " is-danger" : ""), role: "alert" }, words);
    app.prepend(box);
    setTimeout(function () { box.remove(); }, bad ? 20000 : 5000);
  };

  /* ---- the line that is always there ---- */
  function connection() {
    var left = tablet.waiting(), entries = left.entries.length + tablet.entries.filter(function (row) { return row.state === "saving"; }).length, link = tablet.link;
    if (!entries && !left.photos.length) return link.status === "ok" ? "全部已发送　最近联系 " + tablet.clock(link.contact) : "没有等待发送的内容";
    return "已存本机 " + entries + " 项 · 待上传 " + left.photos.length + " 张照片";
  }

  function status() {
    var link = tablet.link, tone = { ok: "done", offline: "soon", login: "soon", revoked: "danger", refused: "danger" }[link.status] || "soon";
    var words = { ok: "已连接", offline: "没有网络，继续作答", login: "登录已过期", revoked: "已停用", refused: "没有收下" }[link.status] || "正在连接";
    return el("div", { class: "status is-" + tone, id: "status", role: "status" }, el("strong", {}, words), el("span", {}, connection()),
      link.status === "login" ? el("a", { class: "login", href: tablet.root + "/sign-in?next=" + encodeURIComponent(location.pathname) }, "请重新登录") : "");
  }

  function warnings() {
    var found = [], link = tablet.link, foreign = tablet.foreign(), minutes = Math.round(Math.abs(link.skew) / 60), refused = tablet.entries.concat(tablet.photos).filter(function (row) { return row.state === "refused"; }).length;
    function warn(words, bad) { found.push(el("p", { class: "line is-" + (bad ? "danger" : "soon") }, words)); }
    if (link.words) warn(link.words, true);
    if (link.status === "login") warn("登录已过期：没有发送的内容都在本机，重新登录后自动发送。");
    if (Math.abs(link.skew) > 120) warn("平板的时钟" + (link.skew > 0 ? "快" : "慢") + "了 " + minutes + " 分钟，请校准；服务器另记收到的时间。");
    if (foreign.count) warn("平板上还有" + (foreign.who || "另一位检查人员") + "记录的 " + foreign.count + " 项没有发送，须本人登录后发送。");
    if (refused) warn("有 " + refused + " 项没有收下，请到“发送情况”查看原因。", true);
    if (tablet.check && tablet.check.state && tablet.check.state !== "open") warn(tablet.check.state_words + "：不再收新的答案。", true);
    if (!("serviceWorker" in navigator)) warn("这个地址不是 https：断网后不能重新打开本页，请不要关闭；答案仍存本机，校验值由服务器计算。");
    if (mine() && !mine().declared) found.push(el("p", { class: "line is-danger" }, "作答以前请先", el("a", { href: tablet.root + "/checks/" + tablet.check.id + "/declare" }, "声明有没有利害关系"), "。"));
    return found;
  }

  /* ---- views ---- */
  function places() { return tablet.places(tablet.check.items, tablet.found); }

  function go(step, to) {
    return function () {
      tablet.flush();
      at = to !== undefined ? to : at + step;
      view = "cards";
      tablet.redraw(true);
      window.scrollTo(0, 0);
    };
  }

  function nextOpen(all) {
    for (var step = 1; step <= all.length; step += 1) {
      var place = all[(at + step) % all.length];
      if (!place.verdict || place.conflict || tablet.lacking(place).length) return (at + step) % all.length;
    }
    return -1;
  }

  function foot(all) {
    var open = nextOpen(all), left = all.filter(function (one) { return !one.verdict && !one.conflict; }).length;
    var bare = all.filter(function (one) { return tablet.lacking(one).length; }).length, clash = all.some(function (one) { return one.conflict; });
    var words = left ? "下一项未答（" + left + "）" : clash ? "下一项不同答案" : bare ? "下一项缺证据（" + bare + "）" : "全部已答";
    return el("nav", { class: "foot", "aria-label": "项目" },
      el("button", { type: "button", disabled: at <= 0, onclick: go(-1) }, "上一项"),
      el("button", { type: "button", class: "go", disabled: open < 0, onclick: go(0, open) }, words),
      el("button", { type: "button", disabled: at >= all.length - 1, onclick: go(1) }, "下一项"));
  }

  function counts(all) {
    var by = { ok: 0, deviation: 0, na: 0, "": 0 }, clashes = 0;
    all.forEach(function (one) { by[one.verdict] += 1; clashes += one.conflict; });
    return el("p", { class: "counts" }, [["共", all.length], ["符合", by.ok], ["不符合", by.deviation], ["不适用", by.na], ["未答", by[""]], ["答案不同", clashes]].map(function (pair) {
      return el("span", {}, pair[0] + " ", el("strong", {}, String(pair[1])));
    }));
  }

  function list(all) {
    var input = el("input", { id: "find", type: "search", autocomplete: "off", placeholder: "编号或者几个字" }), rows = el("ul", { class: "items" });
    function fill() {
      var wanted = all.map(function (place, index) { return [place, index]; }).filter(function (pair) {
        var place = pair[0], text = place.item.code + place.item.text + place.item.how + place.instance;
        return text.toLowerCase().indexOf(query.toLowerCase()) >= 0 && (!only || (only === "conflict" ? place.conflict : place.verdict === (only === "open" ? "" : only)));
      });
      rows.replaceChildren.apply(rows, wanted.map(function (pair) {
        var place = pair[0], bare = tablet.lacking(place), mark = place.conflict ? "答案不同" : tablet.VERDICTS[place.verdict] + (bare.length ? "，缺" + bare.join("、") : "");
        return el("li", {}, el("button", { type: "button", onclick: go(0, pair[1]) }, el("span", {}, place.item.code + "　" + place.item.text + (place.instance ? "（" + place.instance + "）" : "")), el("span", { class: "mark is-" + (place.conflict ? "deviation" : place.verdict || "open") }, mark)));
      }));
    }
    input.value = query;
    input.addEventListener("input", function () { query = input.value.trim(); fill(); });
    fill();
    var kinds = [["", "全部"], ["open", "未答"], ["deviation", "不符合"], ["conflict", "答案不同"]].map(function (pair) {
      return el("button", { type: "button", class: "chip", "aria-pressed": String(only === pair[0]), onclick: function () { only = pair[0]; tablet.redraw(true); } }, pair[1]);
    });
    return [el("div", { class: "field" }, el("label", { for: "find" }, "找项目"), input), el("div", { class: "chips" }, kinds), rows];
  }

  function body(all) {
    if (view === "visit") return tablet.visit().concat([tablet.ending()]);
    if (view === "list") return list(all);
    if (view === "queue") return tablet.queue();
    at = Math.max(0, Math.min(at, all.length - 1));
    return [counts(all), all.length ? tablet.card(all[at], at, all.length) : "", foot(all)];
  }

  function tabs() {
    return el("nav", { class: "tabs", "aria-label": "页面" }, VIEWS.map(function (pair) {
      return el("button", { type: "button", "aria-current": view === pair[0] ? "page" : null, onclick: function () { tablet.flush(); view = pair[0]; tablet.redraw(true); window.scrollTo(0, 0); } }, pair[1]);
    }));
  }

  /* Everything anew; while somebody types only what stands around the text. */
  tablet.redraw = function (sure) {
    if (!tablet.check || !tablet.check.items) return;
    var typing = app.contains(document.activeElement) && /INPUT|TEXTAREA/.test(document.activeElement.tagName) && document.activeElement.type !== "file";
    if (typing && !sure) return around();
    var id = typing ? document.activeElement.id : "", all = places(), fresh = [status()].concat(warnings(), [tabs()], body(all));
    app.replaceChildren.apply(app, fresh.flat());
    if (id && document.getElementById(id)) document.getElementById(id).focus();
    drawn = snapshot();
  };

  function around() {
    var old = document.getElementById("status");
    if (old) old.replaceWith(status());
    tablet.recaption();
  }

  function snapshot() {
    return JSON.stringify([tablet.entries.length, tablet.photos.length, (tablet.check.remote_photos || []).length, tablet.check.state, tablet.link.status, tablet.link.words, Math.abs(tablet.link.skew) > 120,
      tablet.entries.map(function (row) { return row.state; }).join(), tablet.photos.map(function (row) { return row.state; }).join(), tablet.check.inspectors]);
  }

  tablet.changed = function () {
    tablet.recount();
    if (!tablet.check || !tablet.check.items) return;
    if (snapshot() === drawn) around(); else tablet.redraw();
  };

  /* ---- starting ---- */
  function number() {
    var found = /\/checks\/(\d+)\/tablet/.exec(location.pathname);
    return found ? Number(found[1]) : 0;
  }

  async function load(id) {
    tablet.device = await tablet.store.device();
    tablet.check = (await tablet.store.get("checks", id)) || { id: id };
    tablet.user = tablet.check.user || null;
    tablet.entries = (await tablet.store.of("entries", id)).sort(function (one, other) { return (one.seq || 0) - (other.seq || 0); });
    tablet.photos = await tablet.store.of("photos", id);
    tablet.seq = tablet.entries.reduce(function (most, row) { return Math.max(most, row.seq || 0); }, 0);
    (await tablet.store.all("drafts")).forEach(function (row) {
      var cut = row.key.indexOf("\n");
      if (row.key.slice(0, cut) === String(id)) tablet.drafts[row.key.slice(cut + 1)] = row;
    });
    tablet.link.contact = tablet.check.contact || null;
    tablet.recount();
  }

  function head() {
    var about = tablet.check.about;
    if (!about) return;
    document.querySelector("h1").textContent = "现场检查";
    document.querySelector("[data-place]").textContent = about.number + "　" + about.place + (about.place === about.enterprise ? "" : "　" + about.enterprise);
    document.querySelector("[data-back]").href = tablet.root + "/checks/" + tablet.check.id;
  }

  async function first() {
    app.replaceChildren(el("p", { class: "line" }, "正在打开……"));
    tablet.user = { id: 0, name: "" };
    await tablet.sync();
    if (tablet.check.items) return;
    tablet.user = null;
    var words = tablet.link.status === "login" ? "请先登录，再打开这次检查。" : tablet.link.words || "没有网络：这次检查还没有在这台平板上打开过，请联网打开一次。";
    app.replaceChildren(el("p", { class: "line is-danger" }, words), el("a", { class: "go", href: tablet.link.status === "login" ? tablet.root + "/sign-in?next=" + encodeURIComponent(location.pathname) : location.pathname }, tablet.link.status === "login" ? "登录" : "再试一次"));
  }

  async function start() {
    document.documentElement.classList.add("js");
    try {
      await load(number());
    } catch (odd) {
      return app.replaceChildren(el("p", { class: "line is-danger" }, "这个浏览器不让网页存储内容（可能是无痕模式），不能离线检查。" + odd));
    }
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(document.body.dataset.worker).catch(function () {});
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    if (tablet.check.items) { head(); at = Math.max(0, nextOpen(places())); tablet.redraw(true); tablet.sync().then(head); } else { await first(); head(); }
    if (tablet.check.items) tablet.redraw(true);
    tablet.keepSending();
  }

  start();
})();
