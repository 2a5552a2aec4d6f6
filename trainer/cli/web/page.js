"use strict";
// What textual-serve's terminal leaves to its page: the address of the websocket, the clipboard, the keyboard, the end.
document.addEventListener("DOMContentLoaded", () => {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = scheme + "//" + location.host + "/ws";
  const size = Number(new URLSearchParams(location.hash.slice(1)).get("font"));
  if (size >= 6 && size <= 40) document.getElementById("terminal").dataset.fontSize = String(size);
  document.getElementById("again").addEventListener("click", () => location.reload());

  const body = document.body;
  const ended = () => body.classList.contains("-closed");
  const running = () => body.classList.contains("-first-byte") && !ended();

  // Ctrl+V pastes what the browser has: the terminal must not see the key, and gets the text as a paste.
  document.addEventListener("keydown", (event) => {
    const paste = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "v";
    if (paste && !ended()) event.stopImmediatePropagation();
  }, true);

  // Ctrl+/ is a key that xterm.js does not send; terminals send what it sends for Ctrl+_.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || !event.ctrlKey || event.altKey || event.metaKey || !running()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const same = { key: "_", code: "Minus", keyCode: 189, ctrlKey: true, shiftKey: true, bubbles: true, cancelable: true };
    event.target.dispatchEvent(new KeyboardEvent("keydown", same));
  }, true);

  // Ctrl+W, which deletes a word in a terminal, closes a tab here: the browser asks first.
  window.addEventListener("beforeunload", (event) => {
    if (running()) event.preventDefault();
  });

  // Keys go to the terminal when there is something to see, and to the button when there is not any more.
  new MutationObserver(() => {
    if (ended()) document.getElementById("again").focus();
    else if (running()) document.querySelector(".xterm-helper-textarea")?.focus();
  }).observe(body, { attributes: true, attributeFilter: ["class"] });
});
