/* The calculator's form: built from the page's own template, kept on this device, sent to the server as a draft.
   The server answers with words and figures (Store calc-answer); this script puts them in their places. No words here. */
(() => {
  "use strict";
  const { kept, keep, when, tell, device, line } = window.fz;
  let config, draft, form, wire, asking = null, again = false, unique = 0;

  const blank = { trips: [], stays: [], meals: {}, other: {}, home: {}, remote: {}, about: {} };
  const clone = (value) => JSON.parse(JSON.stringify(value));
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const one = (root, selector) => root.querySelector(selector);

  /* An element that the page framework has no component for: <span data-input="number" data-a-min="0"> gets its input. */
  function dress(root) {
    for (const slot of all(root, "[data-input]")) {
      const input = document.createElement("input");
      input.type = slot.dataset.input;
      for (const { name, value } of [...slot.attributes]) {
        if (name.startsWith("data-a-")) input.setAttribute(name.slice(7), value);
        else if (name === "data-name" || name === "data-value") { input.setAttribute(name, value); slot.removeAttribute(name); }
      }
      slot.removeAttribute("data-input");
      slot.append(input);
    }
    for (const error of all(root, "[data-error]")) error.id = `calc-e${(unique += 1)}`;
  }

  function describe(block, name, input) {
    const error = one(block, `[data-error~="${name}"]`);
    if (error) input.setAttribute("aria-describedby", error.id);
  }

  const shown = (block, model) => {
    for (const part of all(block, "[data-when]")) {
      const [name, values] = part.dataset.when.split(":");
      part.hidden = !values.split(",").includes(String(model[name] ?? ""));
    }
  };

  /* Ties the fields of a block to an object: what stands there is shown, what is typed is written there. */
  function bind(block, model, after) {
    dress(block);
    const group = `calc-g${(unique += 1)}`;
    const changed = () => { shown(block, model); after(); };
    for (const field of all(block, "[data-name]")) {
      if (field.closest("[data-block]") !== block) continue;
      const name = field.dataset.name, label = one(block, `[data-label="${name}"]`);
      if (label && field.matches("input,select")) { field.id = field.id || `calc-f${(unique += 1)}`; label.htmlFor = field.id; }
      if (field.matches(".fz-counter")) counter(field, model, name, changed);
      else if (field.matches("[data-place]")) place(block, field, model, name, changed);
      else if (field.type === "radio") radio(field, group + name, model, name, changed);
      else if (field.type === "checkbox") {
        field.checked = Boolean(model[name]);
        field.addEventListener("change", () => { model[name] = field.checked; changed(); });
      } else {
        if (model[name] !== undefined && model[name] !== null) field.value = model[name];
        field.addEventListener(field.matches("select") ? "change" : "input", () => {
          model[name] = field.inputMode === "decimal" ? figure(field.value) : field.value;
          changed();
        });
      }
      if (field.matches("input,select")) describe(block, name, field);
    }
    shown(block, model);
  }

  /* A number where it is one, else what was typed, so that the server can name it. */
  function figure(text) {
    const plain = text.trim().replace(/[\s\u202f\u00a0]/g, "").replace(/^(\d+),(\d{1,2})$/, "$1.$2").replace(/,/g, "");
    return plain === "" ? "" : Number.isFinite(Number(plain)) ? Number(plain) : text;
  }

  function radio(field, group, model, name, changed) {
    field.name = group;
    field.value = field.dataset.value;
    field.checked = model[name] === field.value;
    field.addEventListener("change", () => { model[name] = field.value; changed(); });
  }

  function counter(field, model, name, changed) {
    const [less, more] = all(field, "button"), input = one(field, "input");
    const least = Number(field.dataset.min || 0), step = Number(field.dataset.step || 1);
    const show = () => { input.value = model[name] ?? least; less.disabled = !(Number(model[name] ?? least) > least); };
    const set = (value) => { model[name] = value; show(); changed(); };
    less.addEventListener("click", () => set(Math.max(least, (Number(model[name]) || 0) - step)));
    more.addEventListener("click", () => set((Number(model[name]) || 0) + step));
    input.addEventListener("input", () => { model[name] = figure(input.value); changed(); });
    input.addEventListener("change", () => { if (model[name] === "") set(least); });
    describe(field.closest("[data-block]"), name, input);
    show();
  }

  function place(block, row, model, name, changed) {
    const input = one(row, "input"), code = one(row, "[data-code]");
    const show = () => {
      const value = model[name];
      input.value = value?.name ?? model[name + "_text"] ?? "";
      input.dataset.settled = value ? "yes" : "";
      if (code) code.textContent = value?.beside ?? "";
    };
    const settled = (value, text) => {
      model[name] = value;
      model[name + "_text"] = value ? "" : text;
      input.dataset.settled = value ? "yes" : "";
      if (code) code.textContent = value?.beside ?? "";
      changed();
    };
    const list = document.createElement("div");
    list.className = "fz-options";
    row.after(list);
    window.fzPlaces.combobox(input, list, {
      language: config.language, near: config.near, settled, first: () => (model.mode === "plane" ? "airport" : ""),
      words: { ...config.words, told: (sentence) => { one(document, "#calc-told").textContent = sentence; } },
    });
    describe(block, name, input);
    show();
  }

  /* Rows that wait to be looked for by name; what was told before is shown. */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  function reveal(row) {
    row.hidden = false;
    const group = row.closest("[data-group]");
    if (group) { group.hidden = false; group.open = true; }
  }

  function finder(block, model) {
    const rows = all(block, "[data-row]"), field = one(block, "[data-finder] input"), list = one(block, "[data-found]");
    rows.filter((row) => model[row.dataset.row]).forEach(reveal);
    if (!field) return;
    const name = (row) => one(row, ".fz-line-words > span").textContent;
    const take = (row) => {
      reveal(row);
      field.value = "";
      list.hidden = true;
      one(row, "input").focus();
    };
    field.addEventListener("input", () => {
      const text = plain(field.value);
      const found = rows.filter((row) => plain(`${name(row)} ${row.dataset.find}`).includes(text)).slice(0, 6);
      list.hidden = !text;
      list.replaceChildren(...(found.length ? found : [null]).map((row) => {
        const item = document.createElement("li"), button = document.createElement(row ? "button" : "span");
        button.textContent = row ? name(row) : config.words.nothing;
        if (row) { button.type = "button"; button.addEventListener("click", () => take(row)); }
        item.append(button);
        return item;
      }));
      if (text) list.scrollIntoView({ block: "nearest" });
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); one(list, "button")?.click(); }
      if (event.key === "Escape") { field.value = ""; list.hidden = true; }
    });
  }

  /* ------------------------------------------------------------------ trips and stays: cards made from templates */
  function card(kind, i) {
    const model = draft[kind][i];
    const root = one(document, `[data-template="${kind}"]`).firstElementChild.cloneNode(true);
    const path = `${kind}.${i}`;
    root.dataset.block = path;
    if (kind === "trips") stops(root, model);
    bind(root, model, later);
    root.addEventListener("click", (event) => act(event, kind, i, root));
    if (kind === "trips") openOr(root, model.open);
    if (kind === "trips") foldWords(root, model);
    const wide = one(root, "[data-more]");
    if (wide) wide.hidden = !model.more;
    one(root, "[data-act=more]")?.setAttribute("aria-expanded", String(Boolean(model.more)));
    for (const chip of all(root, "[data-rare]")) chip.hidden = !(model.more || one(chip, "input").checked);
    if (draft[kind].length < 2 && kind === "trips") one(root, "[data-act=remove]").hidden = !draft.stays.length && !filled(model);
    return root;
  }

  function openOr(root, open) {
    one(root, "[data-folded]").hidden = Boolean(open);
    one(root, "[data-open]").hidden = !open;
    one(root, "[data-act=unfold]").setAttribute("aria-expanded", String(Boolean(open)));
  }

  function foldWords(root, model) {
    const chip = one(root, `input[data-value="${model.mode}"]`)?.closest(".fz-chip");
    one(root, "[data-fold-title]").textContent = chip ? chip.textContent.trim() : "";
    const names = [model.from, ...(model.via || []).map((stop) => stop.place), model.to].map((p) => p?.name).filter(Boolean);
    one(root, "[data-fold-route]").textContent = names.join(model.round_trip ? " ↔ " : " → ");
    const icon = one(root, "[data-fold-icon]");
    const from = chip && one(chip, ".fz-icon");
    if (from) icon.replaceChildren(from.cloneNode(true));
  }

  function stops(root, model) {
    const home = one(root, "[data-stops]");
    (model.via || []).forEach((stop, j) => {
      const row = one(document, '[data-template="stop"]').firstElementChild.cloneNode(true);
      row.dataset.block = "stop";
      row.dataset.stop = String(j);
      home.append(row);
      bind(row, stop, later);
    });
  }

  const filled = (trip) => Boolean(trip.from || trip.from_text);

  function act(event, kind, i, root) {
    const button = event.target.closest("[data-act]");
    if (!button || !root.contains(button)) return;
    const model = draft[kind][i], name = button.dataset.act;
    let focus = null;
    if (name === "remove") { draft[kind].splice(i, 1); if (kind === "trips" && !draft.trips.length) draft.trips.push(newTrip()); focus = `#calc-add-${kind}`; }
    else if (name === "swap") { [model.from, model.to] = [model.to, model.from]; [model.from_text, model.to_text] = [model.to_text, model.from_text]; focus = "[data-act=swap]"; }
    else if (name === "more") { model.more = !model.more; focus = "[data-act=more]"; }
    else if (name === "stop") { (model.via = model.via || []).push({}); focus = "[data-stop]:last-child input"; }
    else if (name === "unstop") { model.via.splice(Number(button.closest("[data-stop]").dataset.stop), 1); focus = "[data-act=stop]"; }
    else if (name === "unfold") { draft.trips.forEach((trip, j) => { trip.open = j === i; }); focus = "[data-act=fold]"; }
    else if (name === "fold") { model.open = false; focus = "[data-act=unfold]"; }
    else if (name === "trace") return trace(button, `${kind}.${i}`);
    else return;
    event.preventDefault();
    render(kind);
    later();
    const home = focus.startsWith("#") ? document : one(form, `[data-block="${kind}.${i}"]`);
    one(home || document, focus)?.focus();
  }

  function render(kind) {
    const home = one(form, `#calc-${kind}`);
    if (!home) return;
    home.replaceChildren(...draft[kind].map((_, i) => card(kind, i)));
    if (shownAnswer) fill(shownAnswer);
  }

  const newTrip = () => ({ ...clone(config.trip), open: true });
  const newStay = () => clone(config.stay);

  /* ------------------------------------------------------------------ what the server says */
  let shownAnswer = null;
  function slots(root, figures) {
    for (const slot of all(root, "[data-slot]")) {
      const value = figures?.[slot.dataset.slot];
      if (value !== undefined || slot.dataset.slot !== "shared") slot.textContent = value ?? "";
    }
    for (const part of all(root, "[data-if]")) part.hidden = !figures?.[part.dataset.if];
    for (const bar of all(root, "[data-at]")) bar.style.setProperty("--fz-at", figures?.[bar.dataset.at] || "0%");
    const way = one(root, "[data-way]");
    if (way && figures?.better) way.className = way.className.replace(/fz-i-\S+/, `fz-i-${figures.better_icon || "check"}`);
  }

  /* Where something is wrong, the other figures stay as they were, and the total says by its paleness that it is old. */
  function fill(answer) {
    const wrong = Object.keys(answer.errors || {});
    one(document, ".fz-bar").classList.toggle("fz-stale", wrong.length > 0);
    if (wrong.length) {
      const lines = { ...shownAnswer?.lines };
      for (const path of wrong) delete lines[path.split(".").slice(0, 2).join(".")];
      answer = { ...answer, lines };
    }
    shownAnswer = answer;
    for (const block of all(form, "[data-block]")) {
      if (block.dataset.block === "stop") continue;
      slots(block, answer.lines?.[block.dataset.block]);
      const fold = one(block, "[data-fold-title]"), said = answer.lines?.[block.dataset.block];
      if (fold && said?.title) { fold.textContent = said.title; one(block, "[data-fold-route]").textContent = said.route; }
    }
    for (const error of all(form, "[data-error]")) {
      const block = error.closest("[data-block]"), base = block.dataset.block;
      const owner = base === "stop" ? `${block.parentElement.closest("[data-block]").dataset.block}.via.${block.dataset.stop}` : base;
      let first = "";
      for (const name of error.dataset.error.split(" ")) {
        const sentence = answer.errors?.[base === "stop" ? owner : `${owner}.${name}`] || "";
        first = first || sentence;
        const field = one(block, `[data-name="${name}"]`);
        const input = field && (field.matches("input,select") ? field : one(field, "input"));
        if (input) { if (sentence) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid"); }
        if (field?.matches("[data-place]")) field.closest(".fz-places")?.classList.toggle("fz-invalid", Boolean(first));
      }
      error.lastElementChild.textContent = first;
      error.hidden = !first;
    }
    const general = one(form, "[data-general]");
    general.hidden = !answer.general;
    general.lastElementChild.textContent = answer.general || "";
  }

  function toFirstError(answer) {
    const path = Object.keys(answer.errors || {}).find((key) => key.startsWith("trips."));
    if (path) {
      const at = Number(path.split(".")[1]);
      if (draft.trips[at] && !draft.trips[at].open) { draft.trips.forEach((trip, j) => { trip.open = j === at; }); render("trips"); }
    }
    (one(form, '[aria-invalid="true"]') || one(form, ".fz-error:not([hidden])"))?.focus();
    one(form, ".fz-error:not([hidden])")?.scrollIntoView({ block: "center" });
  }

  /* ------------------------------------------------------------------ keep, send, ask again */
  function state(name) {
    for (const part of all(document, "[data-kept]")) part.hidden = part.dataset.kept !== name;
  }

  /* Who takes part remotely has no trip to tell. */
  function away() {
    for (const part of all(form, "[data-away]")) part.hidden = Boolean(draft.remote?.on);
  }

  let timer = 0;
  function later() {
    again = false;
    away();
    keep(config.slug, { draft });
    state(navigator.onLine ? "kept" : "offline");
    clearTimeout(timer);
    timer = setTimeout(() => wire.send({ slug: config.slug, draft }), 180);
  }

  const trace = (button, path) => {
    trace.back = button;
    tell("calc-open", { slug: config.slug, path, draft, n: (unique += 1) });
  };

  function busy(on) {
    const go = one(document, "#calc-go");
    go.setAttribute("aria-busy", String(on));
    asking = on ? asking : null;
  }

  /* Neutralise: first a participation of our own where this device has none, then its footprint. */
  function go() {
    if (asking) return;
    clearTimeout(timer);
    keep(config.slug, { draft });
    asking = line("calc-ask", { onWait: () => { state("offline"); } });
    busy(true);
    ask();
  }

  const ask = () => asking.send({ slug: config.slug, draft, device: device(config.slug), again });

  function saved(answer) {
    if (!answer || !asking) return "";
    if (!asking.got(answer.seq)) return "";
    if (answer.device) {
      keep(config.slug, answer.device);
      ask();
    } else if (answer.next) {
      keep(config.slug, { footprint: answer.footprint });
      location.assign(answer.next);
    } else {
      asking.stop();
      again = Boolean(answer.again);
      busy(false);
      wire.stop();
      fill({ ...(shownAnswer || {}), errors: answer.errors, general: answer.general });
      toFirstError(answer);
    }
    return "";
  }

  function begin(home) {
    const template = one(document, '[data-template="form"]').firstElementChild;
    form = template.cloneNode(true);
    for (const part of all(form, "[data-id]")) part.id = part.dataset.id;
    home.replaceChildren(form);
    home.removeAttribute("aria-busy");
    for (const block of all(form, "[data-block]")) {
      const name = block.dataset.block;
      draft[name] = draft[name] || {};
      bind(block, draft[name], later);
      finder(block, draft[name]);
      block.addEventListener("click", (event) => {
        const button = event.target.closest("[data-act=trace]");
        if (button) trace(button, `${name}.${button.dataset.of}`);
      });
    }
    for (const [kind, make] of [["trips", newTrip], ["stays", newStay]]) {
      render(kind);
      one(form, `#calc-add-${kind}`)?.addEventListener("click", () => {
        if (kind === "trips") draft.trips.forEach((trip) => { trip.open = false; });
        draft[kind].push(make());
        render(kind);
        later();
        one(form, `[data-block="${kind}.${draft[kind].length - 1}"] input:not([type=radio])`)?.focus();
      });
    }
    document.addEventListener("keydown", keys);
    one(document, "#calc-sheet").addEventListener("click", inSheet);
    away();
    form.addEventListener("submit", (event) => event.preventDefault());
    one(document, "#calc-go").addEventListener("click", go);
    state(navigator.onLine ? "kept" : "offline");
    wire.send({ slug: config.slug, draft });
  }

  function start(given) {
    if (!given || config) return window.dash_clientside.no_update;
    config = given;
    const before = kept(config.slug).draft;
    draft = { ...clone(blank), ...clone(config.draft), ...(before && typeof before === "object" ? before : {}) };
    for (const kind of ["trips", "stays"]) if (!Array.isArray(draft[kind])) draft[kind] = [];
    if (config.trip && !draft.trips.length) draft.trips = [newTrip()];
    if (config.code) keep(config.slug, { code: config.code });
    if (config.by) keep(config.slug, { by: config.by });
    if (config.hall && !draft.about?.session) draft.about = { ...draft.about, session: config.hall };
    wire = line("calc-draft", { onWait: () => state("offline"), onBack: () => state("kept") });
    when(["#calc-home", '[data-template="form"]', "#calc-go"], begin);
    return window.dash_clientside.no_update;
  }

  function answered(answer) {
    if (answer && wire && wire.got(answer.seq)) fill(answer);
    return "";
  }

  /* ------------------------------------------------------------------ the trace drawer: a dialog that Escape closes */
  const dialog = () => one(document, "#calc-sheet [role=dialog]");

  function shut() {
    document.body.style.overflow = "";
    for (const part of all(document, ".fz-page > [inert]")) part.inert = false;
    window.dash_clientside.set_props("calc-sheet", { children: null });
    if (trace.back?.isConnected) trace.back.focus();
  }

  function keys(event) {
    const sheet = dialog();
    if (!sheet) return;
    if (event.key === "Escape") shut();
    if (event.key !== "Tab") return;
    const stops = all(sheet, "button, a[href], summary, [tabindex='0']").filter((stop) => stop.offsetParent);
    const end = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement !== end && sheet.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  }

  async function inSheet(event) {
    const button = event.target.closest("[data-act]"), sheet = dialog();
    if (!button || !sheet) return;
    if (button.dataset.act === "close") shut();
    if (button.dataset.act === "copy" && await window.fz.copy(one(sheet, "[data-trace]").textContent)) window.fz.say("copied");
    if (button.dataset.act !== "models") return;
    const more = one(sheet, "[data-models]");
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
    if (!more.hidden) more.scrollIntoView({ block: "nearest" });
  }

  function opened(children) {
    if (!children) return "";
    requestAnimationFrame(() => {
      const sheet = dialog();
      if (!sheet) return;
      document.body.style.overflow = "hidden";
      for (const part of all(document, ".fz-page > *")) part.inert = true;
      one(sheet, "[data-act=close]").focus();
    });
    return "";
  }

  Object.assign(window.dash_clientside.fz, { calculator: start, answered, saved, opened });
})();
