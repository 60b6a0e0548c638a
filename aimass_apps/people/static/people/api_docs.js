// The API page has its own style sheet, with a dark side that a class on the root switches on.
const wanted = document.documentElement.dataset.theme;
const night = window.matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", wanted === "dark" || (wanted !== "light" && night.matches));
dress();
night.addEventListener("change", dress);
