// Upload page: shows the chosen diagram before anything is sent, and jumps from a finding to its element.
const input = document.querySelector("[data-definition-files]");
const list = document.querySelector("[data-definition-chosen]");

input?.addEventListener("change", () => {
  list.replaceChildren(
    ...[...input.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} · ${(file.size / 1024).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} KB`;
      return item;
    }),
  );
});

for (const button of document.querySelectorAll("[data-finding-element]")) {
  button.addEventListener("click", () => {
    const diagrams = document.querySelector("[data-diagrams]");
    diagrams?.scrollIntoView({ block: "center" });
    diagrams?.dispatchEvent(
      new CustomEvent("diagram:focus", { detail: { process: button.dataset.findingProcess, element: button.dataset.findingElement } }),
    );
  });
}
