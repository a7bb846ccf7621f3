/* The rules of domain/score_rules.py and domain/merging.py once more, for work without network: what an answer
   earns, which items are asked, what stands after the answers of several devices. The server decides. */
(function () {
  "use strict";
  var tablet = window.tablet, NEARLY = 1e-9;

  function counted(answer, kinds) {
    var sum = 0, words = [];
    Object.keys(answer).forEach(function (kind) {
      if (!answer[kind]) return;
      sum += Number(kinds[kind] || 0) * answer[kind];
      words.push(kind + answer[kind] + "次");
    });
    return { sum: sum, words: words.join("；") };
  }

  function steps(rule, distance) {
    var step = Number(rule.step || 1), whole = Math.floor(distance / step + NEARLY);
    if (rule.steps === "exact") return distance / step;
    return whole + (rule.steps === "started" && distance - whole * step > NEARLY ? 1 : 0);
  }

  function rate(rule, most, value) {
    var target = Number(rule.target), short = rule.better === "lower" ? value - target : target - value;
    var base = rule.at_target === null || rule.at_target === undefined ? most : Number(rule.at_target);
    if (short <= NEARLY) return Math.min(most, base + steps({ step: rule.step }, -short) * Number(rule.gain || 0));
    if (rule.lose === null || rule.lose === undefined) return 0;
    return base - Math.min(base, steps(rule, short) * Number(rule.lose));
  }

  function banded(rule, most, value) {
    var lower = rule.better === "lower";
    var band = rule.bands.find(function (one) { return lower ? value <= Number(one[0]) : value >= Number(one[0]); });
    return Math.min(most, Number(band ? band[1] : rule.otherwise || 0));
  }

  function occurrence(rule, most, answer) {
    var zero = rule.zero || [], fatal = zero.filter(function (kind) { return answer[kind]; });
    if (fatal.length) return [0, fatal.join("、") + "，不得分"];
    var found = counted(answer, rule.kinds), cap = rule.cap === null || rule.cap === undefined ? most : Number(rule.cap);
    return [most - Math.min(found.sum, most, cap), found.words];
  }

  function number(value) {
    if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(String(value).trim())) throw new Error("请填写数字，例如2.5。");
    return Number(value);
  }

  /* {earned, words} of an answer; throws an Error with a sentence where it cannot be meant. */
  tablet.outcome = function (item, answer) {
    var rule = item.rule, most = Number(item.maximum), value;
    switch (rule.type) {
      case "per_occurrence": value = occurrence(rule, most, answer); return { earned: value[0], words: value[1] };
      case "positive": value = counted(answer, rule.kinds); return { earned: Math.min(most, value.sum), words: value.words };
      case "bonus": value = counted(answer, rule.kinds); return { earned: Math.min(Number(rule.cap), value.sum), words: value.words };
      case "banded": return { earned: banded(rule, most, number(answer)), words: answer };
      case "rate": return { earned: rate(rule, most, number(answer)), words: answer + "，目标" + Number(rule.target) };
      case "direct":
        if (number(answer) > most || number(answer) < 0) throw new Error("得分应当在0到" + most + "之间。");
        return { earned: number(answer), words: "得" + answer + "分" };
      case "options":
        if (!(answer in rule.options)) throw new Error("请选择一项。");
        return { earned: Math.min(most, Number(rule.options[answer])), words: answer };
      case "range": return range(rule, most, answer);
      default: return { earned: 0, words: answer ? "" : "一票否决" };
    }
  };

  function range(rule, most, answer) {
    var taken = number(answer.deduction);
    if (!taken) return { earned: most, words: "" };
    if (taken < Number(rule.low) || taken > Number(rule.high)) {
      throw new Error("扣分应当在" + Number(rule.low) + "到" + Number(rule.high) + "之间。");
    }
    if (!String(answer.reason || "").trim()) throw new Error("扣分须写明理由。");
    return { earned: Math.max(0, most - taken), words: "扣" + taken + "分：" + answer.reason };
  }

  /* ok | deviation | na | "" */
  tablet.verdict = function (item, data) {
    if (!data) return "";
    if ("na" in data) return "na";
    if (data.value === null || data.value === undefined) return "";
    if (item.rule.type === "gate") return data.value ? "ok" : "deviation";
    if (item.rule.type === "bonus") return "ok";
    try { return tablet.outcome(item, data.value).earned >= Number(item.maximum) - NEARLY ? "ok" : "deviation"; } catch (odd) { return ""; }
  };

  tablet.VERDICTS = { ok: "符合", deviation: "不符合", na: "不适用", "": "未答" };

  tablet.words = function (item, data) {
    if (!data || !Object.keys(data).length) return "撤销作答";
    var said = [];
    if (data.na) said.push(data.na);
    else if (data.value !== undefined && item.rule) {
      try { said.push(tablet.outcome(item, data.value).words); } catch (odd) { said.push(odd.message); }
    }
    return [tablet.VERDICTS[tablet.verdict(item, data)]].concat(said, [data.number, data.note, data.signature]).filter(Boolean).join("；");
  };

  /* ---- what stands (domain/merging.py) ---- */
  tablet.key = function (item, instance) { return item + "\n" + (instance || ""); };

  tablet.standings = function (entries) {
    var grouped = {}, found = {};
    entries.forEach(function (entry) {
      var key = tablet.key(entry.item, entry.instance);
      (grouped[key] = grouped[key] || {})[entry.client_id] = entry;
    });
    Object.keys(grouped).forEach(function (key) {
      var known = grouped[key], replaced = {}, names = Object.keys(known).sort();
      names.forEach(function (name) {
        [known[name].base].concat(known[name].resolves).forEach(function (old) { replaced[old] = true; });
      });
      var heads = names.filter(function (name) { return !replaced[name]; });
      heads = (heads.length ? heads : names).map(function (name) { return known[name]; });
      var alike = /^@(instance:|photo$)/.test(heads[0].item) && heads.every(function (head) { return tablet.same(head.data, heads[0].data); });
      found[key] = { heads: heads, conflict: heads.length > 1 && !alike, current: heads.length > 1 && !alike ? null : heads[0] };
    });
    return found;
  };

  tablet.names = function (found, repeat) {
    var start = "@instance:" + repeat + "\n";
    return Object.keys(found).filter(function (key) {
      return repeat && key.indexOf(start) === 0 && found[key].current && found[key].current.data.value;
    }).map(function (key) { return key.slice(start.length); }).sort();
  };

  /* Every place that is asked now: [{item, instance, verdict, conflict, standing}], in the order of the checklist. */
  tablet.places = function (items, found) {
    var verdicts = {}, places = [];
    items.forEach(function (item) {
      if (item.shown && verdicts[item.shown.item] !== item.shown.when) return;
      var names = item.repeat ? tablet.names(found, item.repeat) : [];
      var marks = (names.length ? names : [""]).map(function (name) {
        var standing = found[tablet.key(item.code, name)], data = standing && standing.current ? standing.current.data : null;
        var mark = tablet.verdict(item, data);
        places.push({ item: item, instance: name, verdict: mark, conflict: Boolean(standing && standing.conflict), standing: standing, data: data });
        return mark;
      });
      verdicts[item.code] = ["", "deviation", "ok"].find(function (mark) { return marks.indexOf(mark) >= 0; });
      if (verdicts[item.code] === undefined) verdicts[item.code] = "na";
    });
    return places;
  };
})();
