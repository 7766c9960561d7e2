// Shows the buttons that need a script, ties each to allauth's, and says so when the device could not help.
(() => {
  "use strict";
  const forms = document.querySelectorAll("form.passkey");
  for (const form of forms) {
    form.hidden = false;
    const button = form.querySelector("button");
    const passwordless = form.querySelector("[name=passwordless]");
    const ids = {
      login: button.id,
      authenticate: button.id,
      add: button.id,
      credential: form.querySelector("[name=credential]").id,
      passwordless: passwordless ? passwordless.id : "",
      data: "passkey-data",
    };
    window.allauth.webauthn.forms[form.dataset.act]({ ids });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    for (const form of forms) {
      const place = form.querySelector("[role=alert]");
      place.textContent = form.dataset.failed;
      place.hidden = false;
    }
  });
})();
