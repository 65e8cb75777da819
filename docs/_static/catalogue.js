// Filters the tables of the catalogue. Without it every row is shown.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".catalogue-filter");
  if (!form) return;
  const words = document.getElementById("catalogue-words");
  const evidence = document.getElementById("catalogue-evidence");
  const count = document.getElementById("catalogue-count");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const tables = [...document.querySelectorAll("table.catalogue")].map((table) => ({
    section: table.closest("section"),
    rows: [...table.tBodies[0].rows].map((row) => ({ row, text: plain(row.textContent + " " +
      table.closest("section").querySelector("h2").textContent) })),
  }));
  const filter = () => {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { section, rows } of tables) {
      let here = 0;
      for (const { row, text } of rows) {
        const fits = wanted.every((word) => text.includes(word)) &&
          (!evidence.value || row.dataset.evidence === evidence.value);
        row.hidden = !fits;
        // What is folded is opened where a word was found in it.
        for (const part of row.querySelectorAll("details")) {
          const inside = plain(part.textContent);
          part.open = fits && wanted.some((word) => inside.includes(word));
        }
        row.style.display = fits ? "" : "none";
        here += fits;
      }
      section.style.display = here ? "" : "none";
      shown += here;
    }
    count.textContent = `${shown} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  filter();
});
