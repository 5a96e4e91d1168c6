// Of a desk's pages: a press that the server refuses, or that never reaches it, is told; what is typed stays.
(function () {
  "use strict";
  var asked = window.fetch, bar = null, leaving = false;

  function words(name) {
    var told = document.querySelector("[data-refused-words]");
    return told ? told.dataset[name] || "" : "";
  }
  function made() {
    if (bar) { return bar; }
    bar = document.createElement("div");
    bar.className = "fz-toast fz-refused";
    bar.hidden = true;
    bar.append(document.createElement("p"), document.createElement("a"), document.createElement("button"));
    bar.firstChild.setAttribute("role", "alert");
    bar.children[1].target = "_blank";
    bar.lastChild.type = "button";
    bar.lastChild.className = "fz-link";
    bar.lastChild.addEventListener("click", function () { bar.hidden = true; });
    document.body.append(bar);
    return bar;
  }
  function tell(sentence, href) {
    var shown = made();
    if (leaving || !sentence) { return; }
    shown.children[1].hidden = !href;
    if (href) {
      shown.children[1].href = href;
      shown.children[1].textContent = words("signIn");
    }
    shown.lastChild.textContent = words("close");
    shown.hidden = false;
    shown.firstChild.textContent = sentence;
  }
  function judge(answer) {
    if (answer.ok) {
      if (bar) { bar.hidden = true; }
    } else if (answer.status === 401) {
      tell(words("ended"), "/sign-in?next=/desk/account");
    } else {
      answer.clone().json().then(function (told) {
        tell([told.title === "callback refused" ? "" : told.title, told.detail].filter(Boolean).join(": "));
      }, function () { tell(words("away")); });
    }
  }
  window.fetch = function (what) {
    var answer = asked.apply(this, arguments);
    if (String(what && what.url || what).indexOf("/_dash-update-component") >= 0) {
      answer.then(judge, function () { tell(words("away")); });
    }
    return answer;
  };
  addEventListener("pagehide", function () { leaving = true; });
  addEventListener("pageshow", function () { leaving = false; });
})();
