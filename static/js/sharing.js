// The address of a new link: copied with one click, selected by itself where that is not allowed.

async function copy(button) {
  const field = document.getElementById(button.dataset.copies);
  field.select();
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    isCopied = document.execCommand("copy");
  }
  button.querySelector("span").textContent = isCopied ? "Copied" : "Selected: press Ctrl+C";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) copy(button);
});
