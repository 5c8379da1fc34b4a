// A form that changes who one is ([data-changes-who]: signing out, acting for somebody) is sent once what was typed has been
// kept. Whoever keeps something says so: document.addEventListener("mutasi:leaving", ({ detail }) => detail.push(promise)).
const LONGEST = 1500;
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    if (!form.matches("[data-changes-who]") || "kept" in form.dataset) return;
    event.preventDefault();
    const keeping = [];
    document.dispatchEvent(new CustomEvent("mutasi:leaving", { detail: keeping }));
    await Promise.race([Promise.allSettled(keeping), after(LONGEST)]);
    await after(0); // a browser sends no form anew while it still tells of its first sending
    form.dataset.kept = "";
    form.requestSubmit(submitter);
    delete form.dataset.kept;
  },
  true,
);
