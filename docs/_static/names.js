// Gives a name to controls of the theme that have none, for those who listen to a page.
document.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll(".bd-sidebar summary")) {
    const page = summary.closest("li").querySelector("a");
    summary.setAttribute("aria-label", `Pages below ${page.textContent.trim()}`);
  }
  for (const card of document.querySelectorAll(".sphx-glr-thumbcontainer")) {
    card.querySelector("a").setAttribute("aria-label", card.querySelector(".sphx-glr-thumbnail-title").textContent);
  }
  // What scrolls must be reached without a mouse.
  for (const table of document.querySelectorAll(".output_subarea")) table.tabIndex = 0;
});
