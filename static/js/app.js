// The pages' only script of our own: what htmx needs from us, and small comforts. Every page works without it.
"use strict";

(() => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;

  document.addEventListener("htmx:configRequest", (event) => {
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });

  // A session that ended answers a fragment with the sign-in page: show it as a page, not inside one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.responseText.includes('data-page="sign-in"')) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });

  const unreachable = () => {
    const line = document.createElement("p");
    line.className = "toast error";
    line.textContent = document.body.dataset.unreachable;
    document.getElementById("messages")?.replaceChildren(line);
  };
  document.addEventListener("htmx:responseError", unreachable);
  document.addEventListener("htmx:sendError", unreachable);

  // A second click on a slow button sends nothing twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // A page left with entries that nobody sent, and that no draft keeps, asks first.
  const unsent = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("main:not(.bare) form[method=post]:not(.filters)");
    if (form) unsent.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.closest("main")) unsent.clear();
    const draft = event.target.querySelector("[data-draft]"); // a form on its way leaves none behind
    if (draft) window.htmx?.trigger(draft, "htmx:abort");
    draft?.remove();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && "draft" in event.target.dataset) unsent.delete(event.target.closest("form"));
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent.size) event.preventDefault();
  });

  // "Add a row" of a formset: copies its <template>, numbers it, counts it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    event.preventDefault();
    const box = button.closest("[data-formset]");
    const total = box.querySelector(`[name="${box.dataset.formset}-TOTAL_FORMS"]`);
    const holder = document.createElement("div");
    holder.innerHTML = box
      .querySelector("template")
      .innerHTML.replaceAll("__prefix__", total.value)
      .replaceAll("__number__", Number(total.value) + 1);
    const row = holder.firstElementChild;
    box.querySelector("[data-rows]").append(row);
    total.value = Number(total.value) + 1;
    window.htmx?.process(row);
    row.querySelector("input:not([type=hidden]), select")?.focus();
    total.dispatchEvent(new Event("change", { bubbles: true }));
  });

  const printing = (event) => {
    if (event.target.closest("[data-print]")) window.print();
  };
  document.addEventListener("click", printing);

  // A number in full leaves the page when its minute is over or the page is left. Without this, the style sheet hides it.
  document.querySelectorAll("[data-masked]").forEach((box) => {
    const hide = () => {
      box.textContent = box.dataset.masked;
      box.classList.remove("secret");
    };
    window.setTimeout(hide, Number(box.dataset.seconds) * 1000);
    window.addEventListener("pagehide", hide);
  });

  document.querySelector("[data-focus]")?.focus();
})();
