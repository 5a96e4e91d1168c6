/* What every guest page shares: what this device keeps (localStorage "fz.<slug>"), and the way to the page framework. */
(() => {
  "use strict";
  const memory = {}; // where the browser keeps nothing for us
  const name = (slug) => "fz." + slug;

  function kept(slug) {
    try {
      return JSON.parse(localStorage.getItem(name(slug))) || memory[slug] || {};
    } catch {
      return memory[slug] || {};
    }
  }

  function keep(slug, patch) {
    const all = { ...kept(slug), ...patch };
    memory[slug] = all;
    try {
      localStorage.setItem(name(slug), JSON.stringify(all));
    } catch { /* full or forbidden: this page still remembers */ }
    return all;
  }

  /* Calls `work` with the elements of `selectors` once all of them stand in the page. */
  function when(selectors, work) {
    const found = selectors.map((selector) => document.querySelector(selector));
    if (found.every(Boolean)) return work(...found);
    requestAnimationFrame(() => when(selectors, work));
  }

  function tell(id, data) {
    window.dash_clientside.set_props(id, { data });
  }

  /* Only what proves who asks, what was last done and the code that was scanned: never the draft. */
  function device(slug) {
    const { participation_id, secret, order_id, certificate, code, by } = kept(slug);
    return { participation_id, secret, order_id, certificate, code, by };
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  async function share(data) {
    if (navigator.share) {
      try {
        await navigator.share(data);
        return "shared";
      } catch (error) {
        if (error.name === "AbortError") return "";
      }
    }
    return (await copy(data.url)) ? "copied" : "";
  }

  /* Shows one of the sentences that stand hidden in a page (data-say="name") for a moment. */
  function say(key) {
    const source = document.querySelector(`[data-say="${key}"]`);
    const toast = document.querySelector(".fz-toast");
    if (!source || !toast) return;
    toast.textContent = source.textContent;
    toast.hidden = false;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { toast.hidden = true; }, 5000);
  }

  /* What goes to the server and must come back: asks again, slower and slower, until an answer with its number comes. */
  function line(id, { onWait = () => {}, onBack = () => {} } = {}) {
    let number = 0, answered = 0, timer = 0, pause = 0, last = null;
    function send(data) {
      if (data !== undefined) { last = data; pause = 4000; }
      number += 1;
      tell(id, { ...last, seq: number });
      clearTimeout(timer);
      timer = setTimeout(() => {
        onWait();
        pause = Math.min(pause * 1.7, 30000);
        send();
      }, pause);
    }
    function got(seq) {
      if (!(seq > answered)) return false;
      answered = seq;
      if (seq === number) clearTimeout(timer);
      onBack();
      return seq === number;
    }
    addEventListener("online", () => { if (answered < number) send(); });
    addEventListener("offline", onWait);
    function stop() { // nor is an answer taken that is still on its way
      clearTimeout(timer);
      answered = number;
    }
    return { send, got, stop, get waiting() { return answered < number; } };
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.fz = window.dash_clientside.fz || {};
  window.fz = { kept, keep, when, tell, device, copy, share, say, line };
})();
