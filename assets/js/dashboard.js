// The organiser's dashboard: its question is the address; links that narrow it are asked without leaving the page, and
// a chart is taken along as a picture.
(function () {
  "use strict";
  function body() { return document.getElementById("organiser-body"); }
  function ask(search) {
    var box = body();
    if (box) { box.classList.add("fz-asking"); box.setAttribute("aria-busy", "true"); }
    window.dash_clientside.set_props("organiser-asked", { data: search || "?" });
  }
  function close(but) {
    document.querySelectorAll(".fz-pick[open]").forEach(function (each) { if (each !== but) { each.open = false; } });
  }
  function shut(pick) { pick.open = false; pick.querySelector("summary").focus(); }
  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : document.body;
    close(target.closest(".fz-pick"));
    var link = target.closest("a[data-narrow]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && body()) {
      event.preventDefault();
      var pick = link.closest(".fz-pick");
      if (pick) { shut(pick); }
      if (link.href !== location.href) {
        history.pushState(null, "", link.href);
        ask(location.search);
      }
      return;
    }
    var button = target.closest("button[data-png]");
    if (button) { picture(document.getElementById(button.dataset.png)); }
  });
  document.addEventListener("keydown", function (event) {
    var open = event.key === "Escape" && document.querySelector(".fz-pick[open]");
    if (open) { shut(open); }
  });
  window.addEventListener("popstate", function () { if (body()) { ask(location.search); } });

  /* A figure's table is written when it is opened, and again where its figures have changed. */
  function write(room) {
    var told = JSON.parse(room.dataset.table), table = document.createElement("table");
    function line(part, cells, kind) {
      var row = part.insertRow();
      cells.forEach(function (words, i) {
        var cell = document.createElement(i && kind === "td" ? "td" : "th");
        cell.textContent = words;
        if (cell.tagName === "TH") { cell.scope = kind === "td" ? "row" : "col"; }
        if (told.numbers[i]) { cell.className = "fz-right"; }
        row.appendChild(cell);
      });
    }
    table.className = "fz-table";
    line(table.createTHead(), told.head, "th");
    var rows = table.createTBody();
    told.rows.forEach(function (cells) { line(rows, cells, "td"); });
    room.replaceChildren(table);
    room.tabIndex = 0;
    room.setAttribute("role", "region");
    room.setAttribute("aria-label", told.name);
  }
  /* A list that would stand out on the right begins as much further left. */
  function keepIn(pick) {
    var list = pick.querySelector("ul");
    list.style.insetInlineStart = "";
    var over = list.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
    if (over > 0 && getComputedStyle(pick).position !== "static") { list.style.insetInlineStart = -over + "px"; }
  }
  document.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches(".fz-pick")) { keepIn(event.target); }
    var room = event.target.open && event.target.querySelector("[data-table]");
    if (room) { write(room); }
  }, true);
  new MutationObserver(function () {
    document.querySelectorAll(".fz-beside[open] [data-table]").forEach(write);
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["data-table"] });

  /* The answer is there once its bar says so. A new body ends the waiting. */
  new MutationObserver(function () {
    var box = body(), bar = document.getElementById("organiser-filter");
    if (box && bar && box.classList.contains("fz-asking") && bar !== box.fzBar) { settle(box); }
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-asked"] });
  function settle(box) {
    var asked = document.getElementById("organiser-filter").dataset.asked;
    if (sorted("?" + asked) === sorted(location.search) || document.querySelector("#organiser-body [role=alert]")) {
      box.classList.remove("fz-asking");
      box.removeAttribute("aria-busy");
    }
  }
  function sorted(search) {
    var query = new URLSearchParams(search);
    query.delete("lang");
    query.sort();
    return query.toString();
  }

  /* A figure as PNG: its title and its chart, as they stand in this theme. */
  function picture(panel) {
    var chart = Array.prototype.filter.call(panel.querySelectorAll("img"), function (each) { return each.offsetWidth; })[0];
    if (!chart) { return table(panel); }
    var source = new Image();
    source.onload = function () {
      var wide = chart.naturalWidth || chart.offsetWidth, high = chart.naturalHeight || chart.offsetHeight;
      sheet(panel, Math.max(wide, 420), high, function (pen, top) { pen.drawImage(source, 0, top, wide, high); });
    };
    source.src = chart.src;
  }
  function table(panel) {
    var rows = Array.prototype.map.call(panel.querySelectorAll(panel.querySelector(".fz-beside") ? ".fz-beside tr" : "tr"), function (row) {
      return Array.prototype.map.call(row.cells, function (cell) { return cell.textContent.trim(); });
    });
    sheet(panel, 560, rows.length * 26, function (pen, top) {
      pen.font = "13px system-ui, sans-serif";
      rows.forEach(function (cells, i) {
        cells.forEach(function (words, k) {
          pen.textAlign = k ? "right" : "left";
          pen.fillText(words, k ? 190 + (560 - 190) * k / (cells.length - 1) : 0, top + i * 26 + 17);
        });
      });
      pen.textAlign = "left";
    });
  }
  function sheet(panel, wide, high, draw) {
    var title = panel.querySelector("h2").textContent, name = panel.querySelector(".fz-figure-name").textContent;
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), margin = 24, style = getComputedStyle(panel);
    var lines = fold(pen, title, wide), top = margin + lines.length * 24 + 30;
    canvas.width = 2 * (wide + 2 * margin);
    canvas.height = 2 * (top + high + margin);
    pen.scale(2, 2);
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(margin, 0);
    pen.fillStyle = style.color;
    pen.font = "700 17px system-ui, sans-serif";
    lines.forEach(function (line, i) { pen.fillText(line, 0, margin + 16 + i * 24); });
    pen.font = "13px system-ui, sans-serif";
    pen.fillText(name, 0, margin + lines.length * 24 + 14);
    draw(pen, top);
    canvas.toBlob(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = panel.id.replace("figure-", document.querySelector("[data-live-slug]").dataset.liveSlug + "-") + ".png";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 4000);
    }, "image/png");
  }
  function fold(pen, words, wide) {
    pen.font = "700 17px system-ui, sans-serif";
    var lines = [""];
    words.split(/(\s+)/).forEach(function (word) {
      var last = lines[lines.length - 1];
      if (last && pen.measureText(last + word).width > wide) { lines.push(word.trim()); } else { lines[lines.length - 1] = last + word; }
    });
    return lines;
  }
})();
