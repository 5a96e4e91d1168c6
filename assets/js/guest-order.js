/* From the choice of share and project to the certificate, and the boards: what this device knows goes to the server
   (never in an address), and what it answers leads on. No words here. */
(() => {
  "use strict";
  const { kept, keep, when, tell, device, line } = window.fz;
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const one = (root, selector) => root.querySelector(selector);
  const nothing = () => window.dash_clientside.no_update;

  function dress(root) {
    for (const slot of all(root, "[data-input]")) {
      const input = document.createElement("input");
      input.type = slot.dataset.input;
      for (const { name, value } of [...slot.attributes]) {
        if (name.startsWith("data-a-")) input.setAttribute(name.slice(7), value);
      }
      slot.removeAttribute("data-input");
      slot.append(input);
    }
  }

  function busy(button, on) {
    button.setAttribute("aria-busy", String(on));
    button.dataset.busy = on ? "yes" : "";
  }

  function refuse(sentence) {
    const place = one(document, "[data-refusal]");
    if (!place) return;
    place.hidden = !sentence;
    place.lastElementChild.textContent = sentence || "";
    if (sentence) place.scrollIntoView({ block: "center" });
  }

  function waiting(on) {
    for (const part of all(document, "[data-waiting]")) part.hidden = !on;
  }

  /* ------------------------------------------------------------------ neutralise */
  let place, config;
  function neutralise(given) {
    if (!given || config) return nothing();
    config = given;
    const draft = kept(config.slug);
    tell("neu-device", { slug: config.slug, device: device(config.slug), choice: draft.choice || {}, own: config.own === true });
    return nothing();
  }

  function choices(children) {
    if (!children || !config) return nothing();
    when(["#neu-form"], (form) => {
      dress(form);
      const chosen = { ...kept(config.slug).choice };
      const radios = all(form, "input[type=radio]"), gift = one(form, "input[type=checkbox]");
      const mark = (name, value) => {
        const wanted = radios.filter((radio) => radio.name === name && !radio.disabled);
        const found = wanted.find((radio) => radio.value === String(value)) || wanted.find((radio) => radio.dataset.first) || wanted[0];
        if (found) found.checked = true;
      };
      const covered = Number(form.dataset.covered || 0);
      const rest = radios.some((radio) => radio.value === "rest") ? "rest" : 100;
      mark("share", covered === (chosen.of || 0) ? chosen.share ?? rest : rest);
      mark("project", chosen.project);
      if (gift) gift.checked = Boolean(chosen.gift);
      const value = (name) => radios.find((radio) => radio.name === name && radio.checked)?.value;
      const show = () => {
        const share = value("share"), project = value("project"), withGift = gift && gift.checked ? "1" : "0";
        for (const part of all(document, "[data-of]")) {
          const [p, s, g] = part.dataset.of.split("|");
          part.hidden = !((p === "*" || p === project) && (s === "*" || s === share) && (g === undefined || g === withGift));
        }
        const go = one(document, "#neu-go"), bar = one(document, `[data-bar="${project}|${share}"]`);
        go.disabled = !bar || bar.dataset.sold === "yes";
        keep(config.slug, { choice: { share: share === "rest" ? share : Number(share), of: covered, project, gift: withGift === "1" } });
      };
      form.addEventListener("change", () => { refuse(""); show(); });
      one(document, "#neu-go").onclick = order;
      show();
    });
    return nothing();
  }

  function order() {
    const go = one(document, "#neu-go");
    if (go.dataset.busy) return;
    busy(go, true);
    refuse("");
    place = line("neu-ask", { onWait: () => waiting(true), onBack: () => waiting(false) });
    place.send({ slug: config.slug, device: device(config.slug), choice: kept(config.slug).choice });
  }

  function placed(answer) {
    if (!answer || !place || !place.got(answer.seq)) return nothing();
    if (answer.order_id) {
      keep(config.slug, { order_id: answer.order_id, certificate: null });
      location.assign(answer.next);
      return nothing();
    }
    place.stop();
    busy(one(document, "#neu-go"), false);
    refuse(answer.sentence);
    return nothing();
  }

  /* ------------------------------------------------------------------ the provider's page, and waiting for its word */
  let wire;
  function paying(given) {
    if (!given || config) return nothing();
    config = given;
    wire = line("pay-ask", { onWait: () => waiting(true), onBack: () => waiting(false) });
    if (config.watch) {
      watch();
      outside();
    } else {
      when(["#pay-acts"], (acts) => acts.addEventListener("click", (event) => {
        const button = event.target.closest("[data-outcome], [data-provider]");
        if (!button || button.disabled || acts.dataset.busy) return;
        acts.dataset.busy = "yes";
        button.setAttribute("aria-busy", "true");
        refuse("");
        const { outcome, provider } = button.dataset;
        wire.send({ order_id: config.order_id, ...(provider ? { provider } : { outcome }) });
      }));
      addEventListener("pageshow", (event) => { if (event.persisted) free(); });
    }
    return nothing();
  }

  /* The buttons can be pressed again: after a refusal, or when a person comes back from a provider's page. */
  function free() {
    const acts = one(document, "#pay-acts");
    if (!acts) return;
    delete acts.dataset.busy;
    for (const button of all(acts, "[aria-busy]")) button.removeAttribute("aria-busy");
  }

  /* To a provider's page: WeChat's wants to know which site sends the person, so this one address is told our origin. */
  function leave(url) {
    const link = document.createElement("a");
    link.href = url;
    link.referrerPolicy = "origin";
    document.body.append(link);
    link.click();
  }

  function watch() {
    wire.send({ order_id: config.order_id, watch: true });
  }

  /* WeChat's own window opens at once, and again by the button; the address can be copied for another browser. */
  function outside() {
    const call = () => window.WeixinJSBridge.invoke("getBrandWCPayRequest", config.script, watch);
    const open = () => {
      if (window.WeixinJSBridge) call();
      else document.addEventListener("WeixinJSBridgeReady", call, { once: true });
    };
    if (Object.keys(config.script || {}).length) when(["#pay-bridge"], (button) => { button.onclick = open; open(); });
    if (config.copies) when(["#pay-copy"], (button) => {
      button.onclick = async () => {
        if (await window.fz.copy(button.dataset.copy)) one(document, "[data-copied]").hidden = false;
      };
    });
  }

  function paid(answer) {
    if (!answer || !wire || !wire.got(answer.seq)) return nothing();
    if (answer.wait) { setTimeout(watch, 2000); return nothing(); }
    wire.stop();
    if (answer.sentence) { free(); refuse(answer.sentence); return nothing(); }
    if (answer.next.startsWith("/")) location.assign(answer.next);
    else leave(answer.next);
    return nothing();
  }

  function waitFor(given) {
    if (!given || config) return nothing();
    config = given;
    if (config.settled) remember(config);
    else ask();
    return nothing();
  }

  function ask() {
    wire = wire || line("order-ask", { onWait: () => waiting(true), onBack: () => waiting(false) });
    wire.send({ order_id: config.order_id, late: config.late === true });
  }

  function heard(answer) {
    if (!answer || !wire || !wire.got(answer.seq)) return nothing();
    if (answer.settled) { remember(answer, true); return nothing(); }
    setTimeout(ask, 1000);
    return nothing();
  }

  /* A certificate that this device sees for the first time is opened at once; later this page only links to it. */
  function remember(answer, replace) {
    if (!answer.slug || !answer.certificate) return;
    const before = kept(answer.slug);
    if (before.order_id !== answer.order_id) return;
    if (before.certificate === answer.certificate && !replace) return;
    keep(answer.slug, { certificate: answer.certificate });
    location.replace(answer.next);
  }

  /* ------------------------------------------------------------------ boards */
  function rank(given) {
    if (!given || config) return nothing();
    config = given;
    tell("rank-device", { ...given, device: device(config.slug) });
    return nothing();
  }

  function ranked(children) {
    if (!children) return nothing();
    when(["#rank-home > *"], (home) => {
      const look = one(document, "#rank-look");
      if (look && !look.dataset.dressed) {
        look.dataset.dressed = "yes";
        dress(look);
        look.addEventListener("submit", (event) => {
          event.preventDefault();
          const number = one(look, "input").value.trim();
          const address = new URL(location.href);
          if (number) address.searchParams.set("certificate", number);
          else address.searchParams.delete("certificate");
          location.assign(address);
        });
      }
      for (const button of all(document, "[data-share]")) {
        button.onclick = async () => {
          const done = await window.fz.share({
            title: document.title, text: button.dataset.text, url: new URL(button.dataset.share, location.href).href,
          });
          if (done === "copied") window.fz.say("copied");
        };
      }
      return home;
    });
    return nothing();
  }

  Object.assign(window.dash_clientside.fz, { neutralise, choices, placed, paying, paid, waitFor, heard, rank, ranked });
})();
