/* A reply template goes in where the cursor stands; which ones went in is sent along with the text. */
(function () {
  "use strict";

  function put(area, text) {
    var start = area.selectionStart, end = area.selectionEnd, before = area.value.slice(0, start);
    var gap = before && !/\n$/.test(before) ? "\n" : "";
    area.setRangeText(gap + text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }

  function note(form, version) {
    var field = form.elements.wordings;
    if (field && field.value.split(" ").indexOf(version) < 0) field.value = (field.value + " " + version).trim();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-insert]");
    var form = button && button.form, area = form && form.elements.text;
    if (!area || area.tagName !== "TEXTAREA") return;
    event.preventDefault();
    put(area, button.dataset.insert);
    note(form, button.dataset.version);
    var said = form.querySelector("[data-phrase-said]");
    if (said) said.textContent = "已插入“" + button.closest("li").querySelector("strong").textContent + "”，请核对后再提交。";
  });
})();
