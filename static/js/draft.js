// Saves a draft while it is being written. The form works without this: a button saves it too.
// Whatever fails, the text stays on the page, and a sentence says so.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  const place = form && form.querySelector(".saved");
  if (!place) return;

  const PAUSE = 1500;
  const LARGEST = 10 * 1024 * 1024;
  let timer = 0;
  let saving = false;
  let again = false;
  let leaving = false;
  let unsaved = false;
  let pressed = null;

  const say = (node, tone) => {
    place.dataset.tone = tone;
    place.replaceChildren(node);
  };
  const sentence = (text) => {
    const p = document.createElement("p");
    p.textContent = text;
    return p;
  };
  const warn = (name) => say(sentence(place.dataset[name]), "warning");

  const texts = () => {
    const data = new FormData(form);
    data.delete("attachments"); // files go with the form itself
    data.delete("fjern");
    return data;
  };

  const told = (answer, html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const node = page.body.firstElementChild;
    if (!node || (answer.status !== 200 && answer.status !== 409)) return warn("error");
    if (node.dataset.version) {
      form.elements.version.value = node.dataset.version;
      unsaved = again;
    }
    say(document.importNode(node, true), answer.status === 200 ? "" : "warning");
  };

  const post = () =>
    fetch(form.dataset.draft, {
      method: "POST",
      body: texts(),
      headers: { Accept: "application/json" },
      redirect: "manual",
      credentials: "same-origin",
    });

  // Signing in again, in another tab, makes the page's token too old: take a new one from the same
  // page. It says whether there was one.
  const renewed = async () => {
    const answer = await fetch(form.action, { credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("form[data-draft] [name=csrfmiddlewaretoken]");
    if (!token) return false;
    for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = token.value;
    return true;
  };

  const refused = (answer) => answer.type === "opaqueredirect" || answer.status === 403;

  const save = async () => {
    if (leaving) return;
    if (saving) {
      again = true;
      return;
    }
    saving = true;
    again = false;
    try {
      let answer = await post();
      if (refused(answer) && (await renewed())) answer = await post();
      if (refused(answer)) warn("session");
      else told(answer, await answer.text());
    } catch {
      warn("network");
    } finally {
      saving = false;
    }
    if (pressed) {
      const button = pressed;
      pressed = null;
      form.requestSubmit(button);
    } else if (again) save();
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    if ([...event.target.files].some((file) => file.size > LARGEST)) {
      event.target.value = "";
      warn("file");
    }
  });
  form.addEventListener("submit", (event) => {
    if (saving) {
      // What is being saved has a version that this page does not know yet.
      event.preventDefault();
      pressed = event.submitter;
      return;
    }
    leaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });

  const summary = document.querySelector(".ds-error-summary");
  if (summary) summary.focus();
})();
