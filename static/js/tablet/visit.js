/* The visit itself: times, who was present, statement, outcome, place; the queue with its receipts; the way to signing. */
(function () {
  "use strict";
  var tablet = window.tablet, el = tablet.el;
  var TIMES = [["@arrived", "到达现场", "现在到达"], ["@certificates_shown", "出示执法证件", "已出示"], ["@rights_told", "告知权利义务", "已告知"]];
  var OUTCOMES = [["done", "完成检查"], ["obstructed", "受到阻挠"], ["closed", "关门停业"]];
  var PERSON = [["name", "在场负责人姓名"], ["post", "职务"], ["phone", "电话"]];
  var RIGHTS = "我们是示证的执法人员，依法检查供电供气供水服务。您有权申请回避，有权陈述和申辩；请配合检查，如实提供情况。";

  function fact(name) {
    var standing = tablet.found[tablet.key(name, "")];
    return { conflict: Boolean(standing && standing.conflict), standing: standing, data: standing && standing.current ? standing.current.data : {} };
  }

  function set(name, data) { return tablet.save(name, "", data); }

  function differing(name, said) {
    var known = fact(name);
    if (!known.conflict) return "";
    return el("div", { class: "conflict", role: "alert" }, el("strong", {}, "两台平板各有一个记录，请选定："), known.standing.heads.map(function (head) {
      return el("div", { class: "side" }, el("p", {}, said(head.data)), el("p", { class: "soft" }, head.by + "　" + tablet.clock(head.at)),
        el("button", { type: "button", class: "choose", onclick: function () { set(name, head.data); } }, "采用这个"));
    }));
  }

  function when(data) { return data.value ? data.value.replace("T", " ") : "没有记录"; }

  function time(name, label, words) {
    var known = fact(name), id = "t" + name.replace("@", "-"), box = el("div", { class: "time" }, el("label", { for: id }, label));
    var input = el("input", { id: id, type: "datetime-local", autocomplete: "off" });
    input.value = known.data.value || "";
    input.addEventListener("change", function () { set(name, input.value ? { value: input.value.slice(0, 16) } : {}); });
    box.append(input, el("button", { type: "button", class: "now" + (known.data.value ? " is-done" : ""), onclick: function () { set(name, { value: tablet.minute() }); } }, known.data.value ? "改为现在" : words));
    return el("div", {}, differing(name, when), box);
  }

  /* A field of the visit: kept while it is typed, saved when it is left. */
  function text(name, part, label, long) {
    var id = "v" + name.replace("@", "-") + (part || ""), known = fact(name).data.value, key = name + part, kept = tablet.drafts[key];
    var input = el(long ? "textarea" : "input", { id: id, rows: long ? "4" : null, maxlength: long ? "2000" : "64", autocomplete: "off" });
    input.value = kept ? kept.text : part ? (known || {})[part] || "" : known || "";
    function commit() {
      var had = fact(name).data.value, value = input.value.trim();
      if (part) value = Object.assign({ name: "", post: "", phone: "" }, had, Object.fromEntries([[part, value]]));
      tablet.store.remove("drafts", tablet.check.id + "\n" + key).catch(tablet.failed);
      delete tablet.drafts[key];
      if (!tablet.same(value || "", had || "")) set(name, value ? { value: value } : {});
    }
    input.addEventListener("input", function () {
      tablet.drafts[key] = { key: tablet.check.id + "\n" + key, text: input.value };
      tablet.store.put("drafts", tablet.drafts[key]).catch(tablet.failed);
      tablet.later(key, commit);
    });
    input.addEventListener("change", tablet.flush);
    return el("div", { class: "field" }, el("label", { for: id }, label), input);
  }

  function outcome() {
    var known = fact("@outcome"), value = known.data.value, row = el("div", { class: "answers", role: "group", "aria-label": "检查情况" });
    OUTCOMES.forEach(function (pair) {
      row.append(el("button", { type: "button", class: "answer is-" + (pair[0] === "done" ? "ok" : "given"), "aria-pressed": String(value === pair[0]), onclick: function () {
        set("@outcome", known.data.note && pair[0] !== "done" ? { value: pair[0], note: known.data.note } : { value: pair[0] });
      } }, pair[1]));
    });
    var more = [];
    if (value && value !== "done") {
      var input = el("input", { id: "v-reason", maxlength: "300", autocomplete: "off" });
      input.value = known.data.note || "";
      input.addEventListener("change", function () { set("@outcome", { value: value, note: input.value.trim() }); });
      more = [el("div", { class: "field" }, el("label", { for: "v-reason" }, "写明情况"), input), tablet.photoRow("@outcome", "", "拍照（必须）")];
    }
    return el("section", { class: "card" }, el("h2", {}, "检查情况"), differing("@outcome", function (data) {
      return (OUTCOMES.find(function (pair) { return pair[0] === data.value; }) || ["", "没有记录"])[1] + (data.note ? "：" + data.note : "");
    }), row, more, time("@ended", "检查结束", "现在结束"));
  }

  function place() {
    var known = fact("@location").data.value, words = known ? "北纬 " + known.lat + "　东经 " + known.lon : "没有记录位置（可不记）";
    if (!navigator.geolocation || !window.isSecureContext) return "";
    return el("div", { class: "time" }, el("span", {}, words), el("button", { type: "button", class: "now", onclick: function () {
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = found.coords;
        set("@location", { value: { lat: at.latitude.toFixed(5), lon: at.longitude.toFixed(5), accuracy: String(Math.round(at.accuracy)) } });
      }, function () { tablet.told("没有取得位置，不影响检查。"); }, { timeout: 10000 });
    } }, "记录位置"));
  }

  tablet.visit = function () {
    return [
      el("section", { class: "card" }, el("h2", {}, "到达和告知"), TIMES.map(function (row) { return time.apply(null, row); }),
        el("details", {}, el("summary", {}, "告知用语"), el("p", {}, RIGHTS)), place()),
      el("section", { class: "card" }, el("h2", {}, "在场人员"), differing("@present", function (data) { return data.value ? data.value.name + "　" + data.value.post : "没有记录"; }),
        PERSON.map(function (row) { return text("@present", row[0], row[1]); }),
        differing("@statement", function (data) { return data.value || "没有记录"; }), text("@statement", "", "被检查单位的陈述（可用语音输入）", true)),
      outcome(), instances()
    ];
  };

  function instances() {
    var kinds = Array.from(new Set(tablet.check.items.map(function (item) { return item.repeat; }).filter(Boolean)));
    return kinds.map(function (kind, at) {
      var names = tablet.names(tablet.found, kind), input = el("input", { id: "kind-" + at, maxlength: "64", autocomplete: "off", placeholder: "例如 " + (names.length + 1) + "号" });
      function addOne() {
        var name = input.value.trim().replace(/\s+/g, " ") || names.length + 1 + "号";
        input.value = "";
        if (names.indexOf(name) < 0) tablet.save("@instance:" + kind, name, { value: true });
      }
      return el("section", { class: "card" }, el("h2", {}, kind), el("p", { class: "soft" }, names.length ? "逐个检查，每一个单独作答。" : "不止一个的，逐个加上名称分别作答。"),
        el("ul", { class: "names" }, names.map(function (name) {
          return el("li", {}, el("span", {}, name), el("button", { type: "button", class: "undo", onclick: function () { tablet.save("@instance:" + kind, name, { value: false }); } }, "去掉"));
        })),
        el("div", { class: "time" }, el("label", { for: "kind-" + at }, "增加" + kind), input, el("button", { type: "button", class: "now", onclick: addOne }, "增加")));
    });
  }

  /* ---- the queue ---- */
  function named(row) {
    var item = tablet.check.items.find(function (one) { return one.code === row.item; });
    var name = { "@arrived": "到达时间", "@certificates_shown": "出示证件", "@rights_told": "告知权利", "@present": "在场人员", "@statement": "陈述", "@outcome": "检查情况", "@location": "位置", "@ended": "结束时间", "@photo": "撤下照片" }[row.item];
    return (name || row.item.replace("@instance:", "增加")) + (row.instance && row.item !== "@photo" ? "（" + row.instance + "）" : "") + (row.data ? "　" + (item ? tablet.words(item, row.data) : "") : "　照片");
  }

  function line(row) {
    var words = { waiting: "等待发送", received: "已收到 " + tablet.clock(row.received_at), refused: "没有收下" }[row.state];
    var box = el("li", { class: "is-" + row.state }, el("span", { class: "what" }, named(row)), el("span", { class: "soft" }, tablet.clock(row.at) + "　" + words));
    if (row.sha256 || row.own) box.append(el("code", {}, (row.sha256 || row.own).slice(0, 16)));
    if (row.message) box.append(el("p", { class: "wrong" }, row.message));
    if (row.state === "refused") {
      box.append(el("button", { type: "button", class: "now", onclick: function () { again(row); } }, "再发送"), el("button", { type: "button", class: "undo", onclick: function () { tablet.giveUp(row); } }, "放弃这一条"));
    }
    return box;
  }

  async function again(row) {
    Object.assign(row, { state: "waiting", message: "", tries: 0 });
    await tablet.store.put(row.data ? "entries" : "photos", row);
    tablet.recount();
    tablet.redraw(true);
    tablet.sync();
  }

  tablet.queue = function () {
    var mine = tablet.entries.concat(tablet.photos).filter(function (row) { return row.user === tablet.user.id; });
    mine.sort(function (one, other) { return one.at < other.at ? 1 : -1; });
    var count = function (state) { return mine.filter(function (row) { return row.state === state; }).length; };
    var refused = mine.filter(function (row) { return row.state === "refused"; }), rest = mine.filter(function (row) { return row.state !== "refused"; });
    return [el("section", { class: "card" }, el("h2", {}, "发送情况"),
      el("p", { class: "numbers" }, el("span", {}, "等待发送 ", el("strong", {}, String(count("waiting")))), el("span", {}, "已收到 ", el("strong", {}, String(count("received")))), el("span", {}, "没有收下 ", el("strong", {}, String(count("refused"))))),
      el("p", { class: "soft" }, "最近联系 " + (tablet.link.contact ? tablet.clock(tablet.link.contact) : "还没有") + "。每一条都有校验值（SHA-256），和服务器的回执一致才算收到。"),
      el("button", { type: "button", class: "now", onclick: function () { tablet.sync(); } }, "现在发送"),
      el("ul", { class: "queue" }, refused.concat(rest.slice(0, 200)).map(line)))];
  };

  /* ---- towards signing ---- */
  tablet.ending = function () {
    var places = tablet.places(tablet.check.items, tablet.found), left = tablet.waiting(), waits = left.entries.length + left.photos.length;
    var open = places.filter(function (one) { return !one.verdict; }).length, clashes = places.filter(function (one) { return one.conflict; }).length;
    var why = waits ? "还有 " + waits + " 项等待发送，发送完才能签字。" : tablet.link.status !== "ok" ? "签字要联网，现在没有连上。" : "";
    return el("section", { class: "card" }, el("h2", {}, "核对，签字"),
      el("p", {}, "未答 " + open + " 项，答案不同 " + clashes + " 项，等待发送 " + waits + " 项。"),
      why ? el("p", { class: "wrong", role: "status" }, why) : "",
      el("button", { type: "button", class: "go", disabled: Boolean(why), onclick: function () { location.href = tablet.root + "/checks/" + tablet.check.id + "/sign"; } }, "核对，签字"));
  };
})();
