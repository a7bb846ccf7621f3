/* One item a card: answer by one tap, what was counted or measured, note, photos, the clause at hand; where two people
   answered differently both answers stand side by side. */
(function () {
  "use strict";
  var tablet = window.tablet, el = tablet.el, SIDE = 1600, THUMB = 200, PAUSE = 700;
  var METHODS = { record: "查看记录", site: "现场查看", call: "电话测试", desk: "网上核查" };
  var NEEDS = { photo: "照片", document: "文件", number: "数值", signature: "签名" };
  var REASONS = ["本网点没有这项业务", "现场不具备条件"];
  var modes = {}, timers = {};

  /* ---- saving a little later, for what is typed or counted ---- */
  function later(key, act) {
    clearTimeout((timers[key] || {}).timer);
    timers[key] = { act: act, timer: setTimeout(function () { flush(key); }, PAUSE) };
  }

  function flush(key) {
    var waits = timers[key];
    if (!waits) return;
    clearTimeout(waits.timer);
    delete timers[key];
    waits.act();
  }

  tablet.flush = function () { Object.keys(timers).forEach(flush); };
  tablet.later = later;
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") tablet.flush(); });
  window.addEventListener("pagehide", tablet.flush);

  /* ---- the state of one card ---- */
  function keyOf(place) { return tablet.key(place.item.code, place.instance); }

  function draft(place) {
    var key = keyOf(place);
    if (!tablet.drafts[key]) {
      var data = place.data || {}, value = data.value, kinds = value && typeof value === "object" ? value : {};
      tablet.drafts[key] = {
        key: tablet.check.id + "\n" + key, counts: Object.assign({}, kinds), text: typeof value === "string" ? value : kinds.deduction || "",
        reason: kinds.reason || "", na: data.na || "", note: data.note || "", number: data.number || "", signature: data.signature || ""
      };
    }
    return tablet.drafts[key];
  }

  /* What has no plain 符合 (a number, one of several options) is filled in at once. */
  function modeOf(place) {
    var item = place.item, bonus = item.rule.type === "bonus";
    var kept = tablet.drafts[keyOf(place)];
    if (modes[keyOf(place)] || (kept && kept.mode)) return modes[keyOf(place)] || kept.mode;
    if (place.verdict === "na") return "na";
    if (bonus) return place.verdict ? (Object.keys(place.data.value).length ? "given" : "ok") : "";
    if (item.full === null) return "given";
    return { ok: "ok", deviation: "given" }[place.verdict] || "";
  }

  /* Keep what is typed at once; make it an answer as soon as it is one. */
  function typed(place) {
    var kept = draft(place);
    kept.mode = modeOf(place);
    tablet.store.put("drafts", kept).catch(tablet.failed);
    later(keyOf(place), function () { commit(place); });
  }

  function commit(place) {
    var data = answer(place), had = current(place);
    if (!data || tablet.same(data, had)) return tablet.redraw();
    save(place, data);
  }

  function current(place) {
    var standing = tablet.found[keyOf(place)];
    return standing && standing.current ? standing.current.data : {};
  }

  function save(place, data) {
    tablet.store.remove("drafts", draft(place).key).catch(tablet.failed);
    delete tablet.drafts[keyOf(place)];
    delete modes[keyOf(place)];
    return tablet.save(place.item.code, place.instance, data);
  }

  /* The data of the answer, null while it is not complete. */
  function answer(place) {
    var kept = draft(place), mode = modeOf(place), item = place.item, data = {};
    ["note", "number", "signature"].forEach(function (name) { if (kept[name].trim()) data[name] = kept[name].trim(); });
    if (mode === "na") return kept.na.trim() ? Object.assign(data, { na: kept.na.trim() }) : null;
    if (mode === "ok") return Object.assign(data, { value: place.verdict === "ok" && place.data && item.full !== null ? place.data.value : item.full || {} });
    if (mode !== "given" || (item.full === null && item.rule.type !== "bonus" && !kept.text.trim())) return Object.keys(data).length ? data : null;
    try {
      data.value = value(item, kept);
      tablet.outcome(item, data.value);
      kept.wrong = "";
    } catch (odd) {
      kept.wrong = odd.message;
      return null;
    }
    return data;
  }

  function value(item, kept) {
    switch (item.rule.type) {
      case "gate": return false;
      case "range": return { deduction: kept.text.trim(), reason: kept.reason.trim() };
      case "per_occurrence": case "positive": case "bonus": return counted(item, kept);
      default:
        if (!kept.text.trim()) throw new Error("请填写。");
        return kept.text.trim();
    }
  }

  function counted(item, kept) {
    var found = {};
    Object.keys(kept.counts).forEach(function (kind) { if (kept.counts[kind]) found[kind] = kept.counts[kind]; });
    if (item.rule.type === "per_occurrence" && !Object.keys(found).length) throw new Error("请点次数。");
    return found;
  }

  /* ---- drawing ---- */
  tablet.card = function (place, at, of) {
    var item = place.item, box = el("section", { class: "card", "aria-label": item.code });
    var part = (tablet.check.parts.find(function (one) { return one[0] === item.part; }) || ["", ""])[1];
    box.append(
      el("p", { class: "card-head" }, el("span", {}, item.code + "　" + part), el("span", {}, at + 1 + " / " + of)),
      el("h2", {}, item.text, place.instance ? el("span", { class: "tag" }, place.instance) : ""),
      about(item)
    );
    if (place.conflict) box.append(conflict(place));
    var rows = [choices(place), details(place)], bare = tablet.lacking(place);
    if (bare.length) rows.push(el("p", { class: "wrong" }, "还缺：" + bare.join("、")));
    if (item.full === null && item.rule.type !== "bonus" && modeOf(place) === "given") rows.unshift(rows.splice(1, 1)[0]);
    box.append.apply(box, rows.concat([photos(place), notes(place), receipt(place)]));
    return box;
  };

  /* Evidence that this answer asks for and has not got (domain/checklists.lacking_evidence). */
  tablet.lacking = function (place) {
    if (!place.verdict || place.verdict === "na") return [];
    var shots = tablet.photosOf(place.item.code, place.instance).length, data = place.data;
    var had = { photo: shots, document: shots, number: (data.number || "").trim(), signature: data.signature };
    return Object.keys(place.item.evidence).filter(function (kind) {
      var when = place.item.evidence[kind];
      return (when === "always" || when === place.verdict) && !had[kind];
    }).map(function (kind) { return NEEDS[kind]; });
  };

  function about(item) {
    var gate = item.rule.type === "gate", marks = [METHODS[item.method] || "", gate ? "一票否决" : item.rule.type === "bonus" ? "加分" : "满分" + Number(item.maximum)];
    Object.keys(item.evidence).forEach(function (kind) {
      marks.push((item.evidence[kind] === "always" ? "须有" : "不符合须有") + NEEDS[kind]);
    });
    var clause = tablet.check.clauses[item.clause];
    return el("div", { class: "about" },
      el("p", { class: "marks" }, marks.filter(Boolean).map(function (mark) { return el("span", {}, mark); })),
      item.how ? el("p", {}, "怎么查：" + item.how) : "",
      item.basis || clause ? el("details", {}, el("summary", {}, "依据：" + (item.basis || "") + (item.clause ? "〔" + item.clause + "〕" : "")), clause ? el("p", {}, clause) : "") : "");
  }

  function conflict(place) {
    var box = el("div", { class: "conflict", role: "alert" }, el("strong", {}, "两台平板各有一个答案，请选定："));
    place.standing.heads.forEach(function (head) {
      box.append(el("div", { class: "side" },
        el("p", {}, tablet.words(place.item, head.data)),
        el("p", { class: "soft" }, head.by + "　" + tablet.clock(head.at) + (head.state === "waiting" ? "　等待发送" : "")),
        el("button", { type: "button", class: "choose", onclick: function () { save(place, head.data); } }, "采用这个")));
    });
    box.append(el("p", { class: "soft" }, "也可以重新作答；两个答案都留在记录里。"));
    return box;
  }

  function choices(place) {
    var mode = place.conflict ? modes[keyOf(place)] || "" : modeOf(place), item = place.item, rule = item.rule.type;
    var row = el("div", { class: "answers", role: "group", "aria-label": "结论" });
    function button(name, words, act) {
      row.append(el("button", { type: "button", class: "answer is-" + name, "aria-pressed": String(mode === name || (name === "ok" && mode === "ok")), onclick: act }, words));
    }
    if (item.full !== null || rule === "bonus") {
      button("ok", rule === "bonus" ? "没有加分" : "符合", function () { modes[keyOf(place)] = "ok"; place.verdict = ""; commit(place); });
    }
    var plain = item.full === null && rule !== "bonus";
    if (!plain || mode === "na") button("given", plain ? (rule === "options" ? "选择" : "填写") : rule === "bonus" ? "加分" : "不符合", function () {
      modes[keyOf(place)] = "given";
      if (rule === "gate") return commit(place);
      if (place.verdict === "ok") delete tablet.drafts[keyOf(place)], draft(place).counts = {};
      tablet.redraw(true);
    });
    button("na", "不适用", function () { modes[keyOf(place)] = "na"; tablet.redraw(true); });
    return row;
  }

  function details(place) {
    var mode = modeOf(place), box = el("div", { class: "details" }), kept = draft(place);
    if (mode === "na") {
      box.append(field(place, "na", "不适用的理由", { list: REASONS }));
    } else if (mode === "given") {
      box.append.apply(box, inputs(place));
      if (kept.wrong) box.append(el("p", { class: "wrong" }, kept.wrong));
    }
    if (place.item.evidence.number) box.append(field(place, "number", "数值或者编号"));
    if (place.item.evidence.signature) box.append(field(place, "signature", "签字人"));
    return box;
  }

  function inputs(place) {
    var rule = place.item.rule, kinds;
    switch (rule.type) {
      case "per_occurrence":
        kinds = Object.keys(rule.kinds).map(function (kind) { return stepper(place, kind, "每次扣" + Number(rule.kinds[kind]) + "分"); });
        return kinds.concat((rule.zero || []).map(function (kind) { return stepper(place, kind, "不得分"); }));
      case "positive": case "bonus":
        return Object.keys(rule.kinds).map(function (kind) { return stepper(place, kind, "每次得" + Number(rule.kinds[kind]) + "分"); });
      case "options":
        return Object.keys(rule.options).map(function (name) {
          return el("button", { type: "button", class: "option", "aria-pressed": String(draft(place).text === name), onclick: function () { draft(place).text = name; commit(place); } },
            name, el("span", {}, Number(rule.options[name]) + "分"));
        });
      case "range": return [chips(place), field(place, "reason", "扣分的理由")];
      case "gate": return [];
      default: return [field(place, "text", rule.type === "direct" ? "得分" : "测得的数值", { decimal: true })];
    }
  }

  function chips(place) {
    var rule = place.item.rule, row = el("div", { class: "chips", role: "group", "aria-label": "扣几分" }), low = Number(rule.low), high = Number(rule.high);
    for (var taken = low; taken <= high + 1e-9; taken += 0.5) row.append(chip(place, String(taken)));
    return row;
  }

  function chip(place, points) {
    return el("button", { type: "button", class: "chip", "aria-pressed": String(draft(place).text === points), onclick: function () {
      draft(place).text = points;
      typed(place);
      tablet.redraw(true);
    } }, "扣" + points);
  }

  function stepper(place, kind, words) {
    var kept = draft(place), shown = el("output", {}, String(kept.counts[kind] || 0));
    function step(by) {
      return function () {
        modes[keyOf(place)] = "given";
        kept.counts[kind] = Math.max(0, (kept.counts[kind] || 0) + by);
        shown.textContent = String(kept.counts[kind]);
        typed(place);
      };
    }
    return el("div", { class: "stepper" }, el("span", { class: "kind" }, kind, el("span", { class: "soft" }, words)),
      el("button", { type: "button", "aria-label": kind + "减一次", onclick: step(-1) }, "−"), shown,
      el("button", { type: "button", "aria-label": kind + "加一次", onclick: step(1) }, "+"));
  }

  function field(place, name, label, more) {
    var options = more || {}, id = "f-" + name, kept = draft(place);
    var input = el(options.long ? "textarea" : "input", { id: id, inputmode: options.decimal ? "decimal" : null, rows: options.long ? "3" : null, maxlength: options.long ? "2000" : "300", autocomplete: "off" });
    input.value = kept[name];
    input.addEventListener("input", function () { kept[name] = input.value; typed(place); });
    input.addEventListener("change", function () { flush(keyOf(place)); });
    var quick = (options.list || []).map(function (words) {
      return el("button", { type: "button", class: "quick", onclick: function () { kept[name] = input.value = words; commit(place); } }, words);
    });
    return el("div", { class: "field" }, el("label", { for: id }, label), input, quick.length ? el("div", { class: "quicks" }, quick) : "");
  }

  function notes(place) { return field(place, "note", "备注（可用语音输入）", { long: true }); }

  function receipt(place) {
    var head = place.standing && place.standing.current;
    if (place.conflict) return "";
    if (!head || !Object.keys(head.data).length) return el("p", { class: "receipt soft" }, "还没有作答");
    var who = head.by_id === tablet.user.id ? "" : head.by + "　", earned = "";
    if (place.data && place.data.value !== undefined && place.item.rule.type !== "gate") {
      try { earned = "得" + tablet.outcome(place.item, place.data.value).earned + "分　"; } catch (odd) { earned = ""; }
    }
    var state = head.state === "saving" ? "正在存到本机" : head.state === "waiting" ? "已存本机 " + tablet.clock(head.at) + "，等待发送" : "已收到 " + tablet.clock(head.received_at) + "　校验 " + (head.sha256 || "").slice(0, 8);
    return el("p", { class: "receipt is-" + head.state }, who + earned + state,
      el("button", { type: "button", class: "undo", onclick: function () { save(place, {}); } }, "撤销作答"));
  }

  /* ---- photos ---- */
  tablet.photosOf = function (item, instance) {
    var known = {}, found = [];
    tablet.photos.concat(tablet.check.remote_photos || []).forEach(function (photo) {
      if (photo.item !== item || (photo.instance || "") !== instance || known[photo.client_id]) return;
      known[photo.client_id] = true;
      var mark = tablet.found[tablet.key("@photo", photo.client_id)];
      if (!(mark && mark.current && mark.current.data.value === "removed")) found.push(photo);
    });
    return found;
  };

  function photos(place) { return tablet.photoRow(place.item.code, place.instance, Object.keys(place.item.evidence).length ? "拍照" : "拍照（可不拍）"); }

  tablet.photoRow = function (item, instance, words) {
    var input = el("input", { type: "file", accept: "image/*", capture: "environment", multiple: true, class: "camera", "aria-label": words });
    input.addEventListener("change", function () {
      Array.from(input.files).forEach(function (file) { tablet.shoot(item, instance, file); });
      input.value = "";
    });
    return el("div", { class: "photos" }, el("label", { class: "shoot" }, input, el("span", {}, words)), tablet.photosOf(item, instance).map(one));
  };

  function caption(photo) {
    return (photo.state === "waiting" ? "等待上传" : photo.state === "refused" ? "没有收下" : "已收到") + " " + tablet.clock(photo.at);
  }

  /* While somebody types the card stays; its photos still say how they stand. */
  tablet.recaption = function () {
    tablet.photos.forEach(function (photo) {
      var box = document.querySelector('[data-shot="' + photo.client_id + '"]');
      if (!box) return;
      box.classList.toggle("is-waiting", photo.state === "waiting");
      box.querySelector("figcaption").textContent = caption(photo);
    });
  };

  function one(photo) {
    return el("figure", { class: "shot" + (photo.state === "waiting" ? " is-waiting" : ""), "data-shot": photo.client_id },
      photo.thumb ? el("img", { src: photo.thumb, alt: "照片 " + tablet.clock(photo.at) }) : el("span", { class: "no-thumb" }, photo.by || "照片"),
      el("figcaption", {}, caption(photo)),
      el("button", { type: "button", class: "undo", "aria-label": "撤下这张照片", onclick: function () { tablet.dropPhoto(photo); } }, "撤下"));
  }

  tablet.dropPhoto = async function (photo) {
    if (photo.state === "received" || photo.remote || !photo.state) return tablet.save("@photo", photo.client_id, { value: "removed" });
    tablet.photos.splice(tablet.photos.indexOf(photo), 1);
    await tablet.store.remove("photos", photo.client_id);
    tablet.redraw(true);
  };

  function drawn(bitmap, side) {
    var scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  /* Shrunk on the tablet, kept in the queue, sent byte for byte. */
  tablet.shoot = async function (item, instance, file) {
    try {
      var bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      var blob = await new Promise(function (done) { drawn(bitmap, SIDE).toBlob(done, "image/jpeg", 0.82); });
      var row = { client_id: tablet.id(), check: tablet.check.id, item: item, instance: instance, at: tablet.now(), user: tablet.user.id,
        by: tablet.user.name, state: "waiting", seq: tablet.nextSeq(), bytes: await blob.arrayBuffer(), thumb: drawn(bitmap, THUMB).toDataURL("image/jpeg", 0.6) };
      row.own = await tablet.digest(row.bytes);
      await tablet.store.put("photos", row);
      tablet.photos.push(row);
      tablet.redraw(true);
      tablet.sync();
    } catch (odd) {
      tablet.failed(odd, "这张照片没有存下，请再拍一次。");
    }
  };
})();
