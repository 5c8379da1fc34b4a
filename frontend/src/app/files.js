// A file that the server would not take is refused when it is chosen, before it is sent.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=file][data-largest]")) return;
  const tooLarge = [...target.files].some(({ size }) => size > Number(target.dataset.largest));
  target.setCustomValidity(tooLarge ? target.dataset.tooLarge : "");
  if (tooLarge) target.reportValidity();
});
