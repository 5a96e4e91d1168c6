/* Places found as one types: an ARIA combobox over /api/v1/places. Words come from the page (data-* of the frame). */
(() => {
  "use strict";
  const known = new Map();
  let number = 0;

  async function find(query, language, near, signal) {
    const key = language + "|" + query.toLowerCase();
    if (known.has(key)) return known.get(key);
    const address = `/api/v1/places?limit=7&lang=${language}&near=${encodeURIComponent(near || "")}&q=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return [];
    const items = (await answer.json()).items || [];
    if (known.size > 200) known.clear();
    known.set(key, items);
    return items;
  }

  const code = (place) => place.iata || "";
  const title = (place) => place.name;
  const countries = {};
  function country(place, language) {
    try {
      countries[language] = countries[language] || new Intl.DisplayNames([language === "zh" ? "zh-Hans" : language], { type: "region" });
      return countries[language].of(place.country);
    } catch {
      return place.country;
    }
  }
  /* What stands right of the name: code and airport, or the country or region. */
  const beside = (place, language) => (code(place)
    ? [code(place), place.detail].filter(Boolean).join(" · ")
    : [place.detail, place.country && country(place, language)].filter(Boolean).join(language === "zh" ? "，" : ", "));
  const chosen = (place, language) => ({
    id: place.id, name: title(place), beside: beside(place, language), kind: place.kind, country: place.country,
    lat: place.lat, lon: place.lon,
  });

  /* Makes `input` a combobox. `settled(place or null, text)` is told of each choice and of text that is no place yet. */
  function combobox(input, list, { language, near, settled, words, first = () => "" }) {
    const id = `fz-places-${(number += 1)}`;
    let items = [], active = -1, timer = 0, abort = null;
    list.id = id;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label") || words.label);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false",
      autocomplete: "off", autocapitalize: "words", spellcheck: "false", enterkeyhint: "search",
    })) input.setAttribute(name, value);

    function close() {
      items = [];
      active = -1;
      list.replaceChildren();
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(next) {
      active = next;
      [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
      if (active < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }

    function take(i) {
      const place = chosen(items[i], language);
      clearTimeout(timer);
      close();
      input.value = place.name;
      settled(place, place.name);
    }

    function option(place, i) {
      const row = document.createElement("div");
      row.className = "fz-option";
      row.id = `${id}-${i}`;
      row.setAttribute("role", "option");
      const main = document.createElement("span"), side = document.createElement("small");
      main.textContent = title(place);
      side.textContent = beside(place, language);
      row.append(main, side);
      row.addEventListener("pointerdown", (event) => event.preventDefault());
      row.addEventListener("click", () => take(i));
      return row;
    }

    function show(found) {
      // Whoever flew is asked for the airports of the town meant first; those of its namesakes stay where they are.
      const kind = first(), town = found[0];
      const ahead = (place) => place.kind === kind && place.name === town.name && place.country === town.country;
      found = [...found.filter(ahead), ...found.filter((place) => !ahead(place))];
      items = found;
      list.replaceChildren(...found.map(option));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      mark(-1);
      words.told((found.length ? words.found : words.none).replace("{count}", found.length));
    }

    async function ask() {
      const text = input.value.trim();
      if (!text) return close();
      abort?.abort();
      abort = new AbortController();
      try {
        const found = await find(text, language, near, abort.signal);
        if (input.value.trim() === text && document.activeElement === input) show(found);
      } catch { /* no connection, or typed on: what was typed stays */ }
    }

    input.addEventListener("input", () => {
      settled(null, input.value);
      clearTimeout(timer);
      timer = setTimeout(ask, 120);
    });
    input.addEventListener("focus", () => { input.select(); });
    input.addEventListener("keydown", (event) => {
      const open = items.length > 0;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return ask();
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(active < 0 && step < 0 ? items.length - 1 : (active + step + items.length) % items.length);
      } else if (event.key === "Enter" && open) {
        event.preventDefault();
        take(Math.max(active, 0));
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
      }
    });
    input.addEventListener("blur", async () => {
      clearTimeout(timer);
      const text = input.value.trim(), settledNow = input.dataset.settled === "yes";
      close();
      if (!text || settledNow) return;
      try { // what is written in full, or as an airport's code, needs no tap
        const found = await find(text, language, near);
        const same = found.filter((place) => [title(place), place.name, code(place)].some(
          (name) => name && name.toLowerCase() === text.toLowerCase()));
        if (same.length && input.value.trim() === text) { items = found; take(found.indexOf(same[0])); }
      } catch { /* no connection: the sentence below the field will say it */ }
    });
    close();
  }

  window.fzPlaces = { combobox };
})();
