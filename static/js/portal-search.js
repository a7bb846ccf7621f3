/* Search in the browser over the list of published items; without scripts the form asks the server. */
(function () {
  "use strict";
  const form = document.querySelector("[data-search]");
  const section = document.querySelector("[data-found]");
  const list = document.querySelector("[data-results]");
  const rows = window.publishedItems;
  if (!form || !section || !list || !rows) { return; }
  const input = form.querySelector("input");

  function line(row, word) {
    const found = row.text.split("\n").find((part) => part.toLowerCase().includes(word)) || "";
    return found.length > 120 ? found.slice(0, 120) + "…" : found;
  }

  function entry(row, word) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = row.url;
    link.textContent = row.title;
    const company = document.createElement("span");
    company.className = "muted";
    company.textContent = row.company;
    const shown = document.createElement("p");
    shown.textContent = line(row, word);
    item.append(link, company, shown);
    return item;
  }

  function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    section.hidden = words.length === 0;
    if (!words.length) { return; }
    const found = rows.filter((row) => {
      const text = (row.company + "\n" + row.text + "\n" + row.title).toLowerCase();
      return words.every((word) => text.includes(word));
    });
    list.replaceChildren(...found.map((row) => entry(row, words[0])));
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "muted";
      none.textContent = "没有找到含有这些字的内容。可以换一个说法，或者拨打企业的服务电话。";
      list.append(none);
    }
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  input.addEventListener("input", search);
  if (input.value) { search(); }
})();
