"use strict";
// Shows the filter, keeps its state in the address, and opens the key that an address names.
(() => {
  const keys = Array.from(document.querySelectorAll("details.key"));
  const filter = document.getElementById("filter");
  const fields = filter ? Array.from(filter.querySelectorAll("[name]")) : [];
  const output = filter && filter.querySelector("output");
  // What is searched of each key, made when it is first needed.
  let texts = null;

  const read = (field) => (field.type === "checkbox" ? (field.checked ? "yes" : "") : field.value);
  const write = (field, value) => {
    if (field.type === "checkbox") field.checked = value === "yes";
    else field.value = value;
    // A choice that is not offered.
    if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
  };

  const textOf = (key) => {
    const parts = [key.querySelector("summary"), key.querySelector(".facts"), key.querySelector(".places")];
    return parts.map((part) => part.textContent).join(" ").toLowerCase();
  };

  // Shows the keys that the fields ask for.
  const apply = () => {
    const asked = Object.fromEntries(fields.map((field) => [field.name, read(field)]));
    const words = (asked.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = keys.map(textOf);
    let count = 0;
    keys.forEach((key, nth) => {
      const data = key.dataset;
      const fits =
        (!asked.verdict || data.verdict === asked.verdict) &&
        (!asked.severity || data.severity === asked.severity) &&
        (!asked.head || "head" in data) &&
        (!asked.pushed || "pushed" in data) &&
        words.every((word) => texts[nth].includes(word));
      key.hidden = !fits;
      count += fits;
    });
    if (output) output.textContent = `${count.toLocaleString("en")} of ${keys.length.toLocaleString("en")}`;
  };

  const reset = () => fields.forEach((field) => write(field, ""));

  // Opens a key by its fingerprint or by the beginning of it.
  const open = (name) => {
    const digits = name.replace(/^(hmac-)?sha256:/, "");
    if (!/^[0-9a-f]{8,64}$/.test(digits)) return;
    const key = keys.find((one) => one.id.startsWith(name) || one.id.split(":")[1].startsWith(name));
    if (!key) return;
    if (key.hidden) {
      reset();
      apply();
    }
    key.open = true;
    key.querySelector("summary").focus({ preventScroll: true });
    key.scrollIntoView();
  };

  const follow = () => {
    let name = location.hash.slice(1);
    if (name.includes("=")) {
      const asked = new URLSearchParams(name);
      fields.forEach((field) => write(field, asked.get(field.name) || ""));
      apply();
      return;
    }
    try {
      name = decodeURIComponent(name);
    } catch {
      return;
    }
    open(name.toLowerCase());
  };

  // Puts what is asked for into the address, so that it can be sent to somebody.
  const remember = () => {
    const asked = new URLSearchParams();
    for (const field of fields) if (read(field)) asked.set(field.name, read(field));
    try {
      history.replaceState(null, "", "#" + asked);
    } catch {
      // Where a page may not do that, it does without.
    }
  };

  if (filter) {
    filter.hidden = false;
    filter.addEventListener("input", () => {
      apply();
      remember();
    });
    filter.querySelector("button").addEventListener("click", () => {
      reset();
      apply();
      remember();
      fields[0].focus();
    });
    apply();
  }
  window.addEventListener("hashchange", follow);
  follow();

  // On paper nothing can be opened: what is shown and may still work is printed whole.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = keys.filter((key) => !key.open && !key.hidden && !key.classList.contains("dead"));
    opened.forEach((key) => (key.open = true));
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((key) => (key.open = false));
    opened = [];
  });
})();
