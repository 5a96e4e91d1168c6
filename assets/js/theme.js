// The theme a person chose on this device ("light" or "dark"); without one the device's own preference holds.
(function () {
  var key = "fz.theme", root = document.documentElement;
  try {
    var chosen = localStorage.getItem(key);
    if (chosen === "light" || chosen === "dark") root.setAttribute("data-theme", chosen);
  } catch (_) { /* storage is closed: the preference holds */ }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-fz-theme]");
    if (!button) return;
    var theme = button.getAttribute("data-fz-theme");
    if (theme === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", theme);
    try { if (theme === "auto") localStorage.removeItem(key); else localStorage.setItem(key, theme); } catch (_) { }
  });
})();
