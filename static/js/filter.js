// Enter, or the search button, asks at once: the search that typing has set going is then not made
// as well. It would fetch the same results, take the focus from them, and fill the history twice.
(() => {
  "use strict";
  let asked = false;

  document.addEventListener("input", () => {
    asked = false;
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (event.target.id === "sok") asked = true;
    else if (asked && event.detail.triggeringEvent?.type === "input") event.preventDefault();
  });
})();
