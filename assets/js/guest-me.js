/* One's own part in an event, a company's invitation, pledges: asks with what this device can prove. No words here. */
(() => {
  "use strict";
  const { kept, keep, when, device, line } = window.fz;
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const one = (root, selector) => root.querySelector(selector);
  const nothing = () => window.dash_clientside.no_update;
  let config, wire, home;

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

  function send(more) {
    wire.send({ slug: config.slug, device: device(config.slug), pledger: kept(config.slug).pledger, ...more });
  }

  /* What stands in a card is sent with its button: texts by name, ticks as yes or no. */
  function told(card) {
    const found = {};
    for (const input of all(card, "input")) {
      found[input.name] = input.type === "checkbox" ? input.checked : input.value.trim();
    }
    return found;
  }

  function listen(place, askId, first) {
    home = place;
    wire = line(askId);
    new MutationObserver(() => dress(home)).observe(home, { childList: true, subtree: true });
    home.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (!button || home.dataset.busy) return;
      home.dataset.busy = "yes";
      button.setAttribute("aria-busy", "true");
      const card = button.closest(".fz-card") || home;
      send({ code: card.dataset.code, ...told(card), act: button.dataset.act, order_id: button.dataset.order });
    });
    home.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.type !== "text") return;
      event.preventDefault();
      one(event.target.closest(".fz-card"), "[data-act]").click();
    });
    send(first);
  }

  function answered(answer) {
    if (!answer || !wire || !wire.got(answer.seq)) return false;
    wire.stop();
    delete home.dataset.busy;
    one(home, "[role=status], [role=alert]")?.scrollIntoView({ block: "center" });
    return true;
  }

  function mine(given) {
    if (!given || config) return nothing();
    config = given;
    when(["#me-home"], (place) => listen(place, "me-ask", {}));
    return nothing();
  }

  function mineDone(answer) {
    if (answered(answer) && answer.gone) {
      keep(config.slug, { participation_id: null, secret: null, draft: null, footprint: null, order_id: null,
        certificate: null, choice: null });
      try { localStorage.removeItem("fz." + config.slug); } catch { /* nothing was kept */ }
    }
    return nothing();
  }

  function joining(given) {
    if (!given || config) return nothing();
    config = given;
    const code = decodeURIComponent(location.hash.slice(1));
    when(["#join-home"], (place) => listen(place, "join-ask", { code }));
    return nothing();
  }

  function joined(answer) {
    if (answered(answer) && answer.device) keep(config.slug, answer.device);
    return nothing();
  }

  function pledging(given) {
    if (!given || config) return nothing();
    config = given;
    when(["#pledges-home"], (place) => listen(place, "pledges-ask", {}));
    return nothing();
  }

  function pledged(answer) {
    if (answered(answer) && answer.pledger) keep(config.slug, { pledger: answer.pledger });
    return nothing();
  }

  Object.assign(window.dash_clientside.fz, { mine, mineDone, joining, joined, pledging, pledged });
})();
