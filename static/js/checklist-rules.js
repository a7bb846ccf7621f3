// The fields of a rule stand open for the chosen type alone; without this script all of them stand open.
(function () {
  "use strict";
  function show(form) {
    var chosen = form.querySelector("input[name=rule]:checked");
    var kind = chosen ? chosen.value : "";
    form.querySelectorAll("[data-rules]").forEach(function (box) {
      box.hidden = box.dataset.rules.split(" ").indexOf(kind) < 0;
    });
    var maximum = form.querySelector("#maximum");
    if (maximum) maximum.closest(".field").hidden = kind === "bonus" || kind === "gate";
  }
  function ready() {
    document.querySelectorAll("form").forEach(function (form) {
      if (!form.querySelector("[data-rules]")) return;
      show(form);
      form.addEventListener("change", function (event) {
        if (event.target.name === "rule") show(form);
      });
    });
  }
  document.addEventListener("DOMContentLoaded", ready);
})();
