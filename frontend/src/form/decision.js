// Two buttons in place of choosing and sending: approve and reject set the field of the decision and send the form. Once
// something else is chosen in the form, the one button that sends it takes their place.
export function decideWith(form, schema, post) {
  const buttons = [...post.querySelectorAll("[data-choose]")];
  if (!buttons.length) return;
  const key = buttons[0].dataset.choose;
  const path = key.split(".");
  const chosen = () => path.reduce((value, part) => value?.[part], form._getState().data);
  const follow = () => {
    const value = chosen();
    post.classList.toggle("is-chosen", value !== null && value !== undefined && value !== "");
  };
  form.on("changed", follow);
  follow();
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const instances = form.get("formFieldInstanceRegistry").getAll();
      const fieldInstance = instances.find(({ valuePath }) => valuePath.join(".") === key);
      if (!fieldInstance) return;
      form._update({ fieldInstance, value: JSON.parse(button.dataset.chooseValue) });
      // What the choice shows (a reason, a number) must be drawn before the form is checked.
      setTimeout(() => form.submit(), 60);
    });
  }
}
